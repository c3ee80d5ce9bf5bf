"""Rows of a CSV file that somebody else wrote: one strict pass that also hashes exactly the bytes it parses.

Packing and landing both count rows here, so they cannot disagree. Memory does not grow with the file.
A blank line counts as a row: skipping it would let an emptied row vanish uncounted.
"""

import csv
import io
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.guard import MAX_ROW_BYTES, GuardedBytes
from dagster_project.extracts.reasons import RefusalReason

_CODECS = {"utf-8": "utf-8-sig", "windows-1252": "cp1252"}
# RFC 4180: a value is quoted whole, or holds no double quote. Possessive, so that no input can make it slow.
_RFC_4180_ROW = r'(?:"(?:[^"]|"")*+"|[^",]*+)(?:,(?:"(?:[^"]|"")*+"|[^",]*+))*+'


class CsvRows:
    """Iterates over the rows below the header, each a list of strings as they stand in the file.

    While iterating, `first_line` is the physical line (1 = header) on which the row at hand begins. Lines end in LF
    or CRLF; a quoted value may hold line ends.

    Raises (by `read_header` and while iterating):
        DeliveryRefused: the file is empty, is not in the stated encoding, or its rows cannot be told apart.
    """

    def __init__(self, source: BinaryIO, file_name: str, encoding: str, delimiter: str = ",") -> None:
        self.file_name = file_name
        self.first_line = 0
        self.encoding = encoding
        self._held: list[tuple[int, list[str]]] = []
        # The csv module's limit holds for the whole process, and a library that we import lifts it. The guard bounds a
        # row's length; with the limit out of its way a file reads the same whatever else has been imported.
        csv.field_size_limit(max(csv.field_size_limit(), 2 * MAX_ROW_BYTES))
        self._guard = GuardedBytes(source, file_name, encoding, lambda: self.first_line)
        self._reader = csv.reader(chain.from_iterable(self._batches()), strict=True, delimiter=delimiter)
        self._sound_row = re.compile(_RFC_4180_ROW.replace(",", re.escape(delimiter)))
        self._rows = self._read()

    def read_header(self) -> list[str]:
        """The column names in line 1; to be called once, before the first row."""
        header = next(self._rows, [])
        if not header:
            raise DeliveryRefused(
                RefusalReason.EMPTY_FILE, f"{self.file_name}: line 1 is empty; it must hold the column names"
            )
        return header

    def __iter__(self) -> Iterator[list[str]]:
        return self._rows

    @property
    def size(self) -> int:
        """Bytes read so far."""
        return self._guard.size

    @property
    def sha256(self) -> str:
        """SHA-256 in hex of the bytes read so far."""
        return self._guard.sha256

    def finish(self) -> None:
        """Read to the end of the file without parsing, so that `size` and `sha256` speak of the whole of it."""
        self._guard.finish()

    def has_stray_quote(self) -> bool:
        """Whether the row at hand breaks RFC 4180's rule of quotes: a double quote in a value that is not quoted."""
        return self._sound_row.fullmatch(self._raw().rstrip("\r\n")) is None

    def _read(self) -> Iterator[list[str]]:
        reader = self._reader
        start = 1
        try:
            for row in reader:
                self.first_line = start
                start = reader.line_num + 1
                yield row
        except csv.Error as error:
            self.first_line = start
            raise self._unreadable(str(error)) from None

    def _batches(self) -> Iterator[list[str]]:
        """The file's lines with their ends, some thousand at a time."""
        line, rest = 1, ""
        for text in self._decoded():
            lines = io.StringIO(rest + text, newline="\n").readlines()
            rest = lines.pop() if lines and not lines[-1].endswith("\n") else ""
            yield self._hold(line, lines)
            line += len(lines)
        if rest:
            yield self._hold(line, [rest])

    def _hold(self, start: int, lines: list[str]) -> list[str]:
        """Keep lines as long as the row at hand reaches into them: a stray quote is looked for in the raw text."""
        self._held = [held for held in self._held if held[0] + len(held[1]) > self.first_line]
        self._held.append((start, lines))
        return lines

    def _decoded(self) -> Iterator[str]:
        decoder = getincrementaldecoder(_CODECS[self.encoding])("strict")
        line_ends = 0
        try:
            for chunk in self._guard.chunks():
                text = decoder.decode(chunk)
                yield text
                line_ends += chunk.count(b"\n")
            decoder.decode(b"", True)
        except UnicodeDecodeError as error:
            line = line_ends + error.object.count(b"\n", 0, error.start) + 1
            # The error itself carries the text around the fault, so it may not travel on.
            raise DeliveryRefused(
                RefusalReason.WRONG_ENCODING,
                f"{self.file_name}, line {line}: the text is not {self.encoding}; export the file as UTF-8",
            ) from None

    def _raw(self) -> str:
        first, last = self.first_line, self._reader.line_num
        lines = []
        for start, batch in self._held:
            lines += batch[max(first - start, 0) : max(last + 1 - start, 0)]
        return "".join(lines)

    def _unreadable(self, error: str) -> DeliveryRefused:
        """The csv module's complaint (its texts hold no values) in words that say what to do."""
        where = f"{self.file_name}, line {self.first_line}: "
        if "unexpected end of data" in error:
            return DeliveryRefused(
                RefusalReason.OPEN_QUOTE, where + "a double quote opens and never closes; the file may be cut short"
            )
        if "new-line character" in error:
            return DeliveryRefused(
                RefusalReason.BAD_LINE_ENDS, where + "a lone carriage return; end lines with LF or CRLF"
            )
        return DeliveryRefused(
            RefusalReason.BAD_QUOTES, where + "a double quote stands within a quoted value; write it twice"
        )
