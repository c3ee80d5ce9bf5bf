"""The raw end of reading: every byte that is parsed passes here once, is hashed and is looked at."""

import hashlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Callable, Iterator
from typing import BinaryIO

from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.reasons import RefusalReason

# Longest stretch without a finished row. It bounds memory for a file without line ends, or one whose quote never
# closes; the widest contract has 25 columns of at most 32,768 characters.
MAX_ROW_BYTES = 4 * 2**20
_CHUNK = 128 * 1024


class GuardedBytes:
    """Hands out a file in chunks; counts and hashes its bytes and refuses those that no text of ours may hold.

    `rows_done` returns a number that grows with each finished row.
    """

    def __init__(self, source: BinaryIO, file_name: str, encoding: str, rows_done: Callable[[], int]) -> None:
        self.size = 0
        self._source = source
        self._file_name = file_name
        self._encoding = encoding
        self._rows_done = rows_done
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """SHA-256 in hex of the bytes read so far."""
        return self._digest.hexdigest()

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes in order.

        Raises:
            DeliveryRefused: UTF-16, a NUL byte, an encoding other than stated, or 4 MiB without a finished row.
        """
        mistaken = _Utf8Watch() if self._encoding == "windows-1252" else None
        unfinished, rows_before = 0, -1
        while chunk := self._next():
            if self.size == len(chunk):
                self._check_head(chunk)
            if b"\0" in chunk:
                raise self._refused(
                    RefusalReason.NUL_BYTE,
                    "holds a NUL byte: it is damaged, or UTF-16 without a mark; export it as UTF-8",
                )
            if mistaken:
                mistaken.feed(chunk)
            rows = self._rows_done()
            unfinished = unfinished + len(chunk) if rows == rows_before else len(chunk)
            rows_before = rows
            if unfinished > MAX_ROW_BYTES:
                raise self._refused(
                    RefusalReason.ROW_TOO_LONG,
                    f"after line {rows}: a row does not end within {MAX_ROW_BYTES:,} bytes; look for a missing line end"
                    " or a double quote that never closes",
                )
            yield chunk
        if mistaken and mistaken.is_utf8():
            raise self._refused(RefusalReason.WRONG_ENCODING, f"is UTF-8, but the manifest says {self._encoding}")

    def finish(self) -> None:
        """Hash what is left without looking at it, so that the hash of a refused file is known too."""
        while self._next():
            pass

    def _next(self) -> bytes:
        chunk = self._source.read(_CHUNK)
        self._digest.update(chunk)
        self.size += len(chunk)
        return chunk

    def _check_head(self, chunk: bytes) -> None:
        if chunk.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise self._refused(RefusalReason.WRONG_ENCODING, "is UTF-16; export it as UTF-8")
        if chunk.startswith(BOM_UTF8) and self._encoding != "utf-8":
            raise self._refused(
                RefusalReason.WRONG_ENCODING, f"is marked as UTF-8, but the manifest says {self._encoding}"
            )

    def _refused(self, reason: RefusalReason, what: str) -> DeliveryRefused:
        return DeliveryRefused(reason, f"{self._file_name} {what}")


class _Utf8Watch:
    """Notices text that reads as UTF-8: Windows-1252 would accept it without complaint and garble every accent."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("strict")
        self._beyond_ascii = False
        self._failed = False

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        self._beyond_ascii = self._beyond_ascii or not chunk.isascii()
        if not self._failed:
            try:
                self._decoder.decode(chunk, final)
            except UnicodeDecodeError:
                self._failed = True

    def is_utf8(self) -> bool:
        self.feed(b"", final=True)
        return self._beyond_ascii and not self._failed
