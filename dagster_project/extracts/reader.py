"""Reads one data file against its contract: good rows out, bad rows noted, doubtful files refused.

The order of the columns does not matter; columns that the contract does not know are left out.
"""

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import BinaryIO

from dagster_project.extracts import values
from dagster_project.extracts.contracts import Contract
from dagster_project.extracts.csvrows import CsvRows
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.manifest import Resource
from dagster_project.extracts.reasons import RefusalReason, RejectionReason
from dagster_project.extracts.rejections import RejectionLog

# How many bad rows of a refused file are listed for the partner before reading stops.
REPORTED_ROWS = 10_000
# COPY's mark for the end of the data. No export writes it, and a loader that obeys it loses all that follows.
_END_OF_DATA = ["\\."]
Fault = tuple[int, RejectionReason]


class ExtractReader:
    """Iterates, once, over the good rows of one file: `(line number, values)`, trimmed, in the contract's order.

    `rows_parsed` and `rejections` are complete when the iteration ends. `other_columns` holds the positions
    (1 = first) of columns outside the contract; their names are not kept, because the first line of a file without
    a header may be a person's record. With `max_rejected` a file with more bad rows yields no more rows and is
    refused, with its first 10,000 bad rows noted.

    Raises (while iterating):
        DeliveryRefused: see `RefusalReason`. A file whose bytes are not those of the manifest is always refused
            for that, whatever else is wrong with it.
    """

    def __init__(
        self, source: BinaryIO, contract: Contract, resource: Resource, max_rejected: int | None = None
    ) -> None:
        self.contract = contract
        self.resource = resource
        self.rows_parsed = 0
        self.label = resource.path
        self.rejections = RejectionLog(contract, resource.path)
        self.other_columns: tuple[int, ...] = ()
        self._max_rejected = max_rejected
        self._rows = CsvRows(source, resource.path, resource.encoding)
        self._identifiers = frozenset(i for i, field in enumerate(contract.fields) if field.identifier)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        try:
            yield from self._good_rows()
        except DeliveryRefused:
            self._rows.finish()
            self._check_bytes()
            raise
        self._check_bytes()
        if self.rows_parsed != self.resource.rowcount:
            raise self._refused(
                RefusalReason.ROW_COUNT_DIFFERS,
                f"holds {self.rows_parsed:,} rows, the manifest says {self.resource.rowcount:,}; pack again",
            )

    def reject_repeated(self, place: tuple[int, int], reason: RejectionReason) -> None:
        """Note a row whose key stands twice; `place` is the file's number in its delivery and the line."""
        self.rejections.add(place[1], self.contract.columns.index(self.contract.primary_key[0]), reason)

    def _good_rows(self) -> Iterator[tuple[int, list[str]]]:
        """The hot loop: what nearly all rows need is done here, in few calls; odd rows go to `_odd_fault`."""
        rows, reject = self._rows, self._reject
        header = rows.read_header()
        width, pick = len(header), self._picker(header)
        filled = [i for i, field in enumerate(self.contract.fields) if field.required and field.type == "string"]
        typed = [(judge.index, judge.known, judge.look) for judge in values.judges(self.contract)]
        refuse_beyond = self._max_rejected
        for row in rows:
            self.rows_parsed += 1
            if len(row) != width:
                self._reject_width(row)
                continue
            picked = list(map(str.strip, pick(row)))
            text = "".join(row)
            if '"' in text or "+" in text or not text.isprintable() or len(text) > values.MAX_LENGTH:
                fault = self._odd_fault(pick(row), '"' in text)
                if fault:
                    reject(*fault)
                    continue
                picked = [values.fold_line_space(value) for value in picked]
            for index in filled:
                if not picked[index]:
                    reject(index, RejectionReason.VALUE_MISSING)
                    break
            else:
                for index, known, look in typed:
                    if picked[index] not in known and (reason := look(picked[index])):
                        reject(index, reason)
                        break
                else:
                    if refuse_beyond is None or len(self.rejections) <= refuse_beyond:
                        yield rows.first_line, picked
        self._refuse_if_too_many()

    def _picker(self, header: list[str]) -> Callable[[Sequence[str]], Sequence[str]]:
        """Takes the contract's columns out of a row, in the contract's order."""
        found: dict[str, int] = {}
        names = [name.strip() for name in header]
        for position, name in enumerate(names):
            if name and found.setdefault(name, position) != position:
                raise self._refused(
                    RefusalReason.COLUMN_TWICE,
                    f"columns {found[name] + 1} and {position + 1} have the same name; remove or rename one",
                )
        expected = [field.name for field in self.contract.fields]
        missing = [name for name in expected if name not in found]
        if missing:
            raise self._refused(
                RefusalReason.COLUMN_MISSING,
                f"has no column {', '.join(missing)} in its first line; add it to the export",
            )
        positions = [found[name] for name in expected]
        self.other_columns = tuple(i + 1 for i in range(len(names)) if i not in set(positions))
        return itemgetter(*positions) if len(positions) > 1 else lambda row: (row[positions[0]],)

    def _odd_fault(self, picked: Sequence[str], quoted: bool) -> tuple[int | None, RejectionReason] | None:
        """What is wrong with the text of a row that holds quotes, plus signs, or more than plain characters."""
        if quoted and self._rows.has_stray_quote():
            return None, RejectionReason.STRAY_QUOTE
        for index, value in enumerate(picked):
            if len(value) > values.MAX_LENGTH:
                return index, RejectionReason.FIELD_TOO_LONG
            if values.has_control_character(value):
                return index, RejectionReason.CONTROL_CHARACTER
            if index in self._identifiers and values.is_scientific(value.strip()):
                return index, RejectionReason.SCIENTIFIC_NOTATION
        return None

    def _reject_width(self, row: list[str]) -> None:
        if row == _END_OF_DATA:
            raise self._refused(
                RefusalReason.END_OF_DATA_MARK,
                f"line {self._rows.first_line} holds nothing but \\. (a database's end-of-data mark); export it again",
            )
        self._reject(None, RejectionReason.WRONG_NUMBER_OF_COLUMNS if row else RejectionReason.BLANK_LINE)

    def _reject(self, index: int | None, reason: RejectionReason) -> None:
        self.rejections.add(self._rows.first_line, index, reason)
        if len(self.rejections) >= REPORTED_ROWS:
            self._refuse_if_too_many()

    def _refuse_if_too_many(self) -> None:
        if self._max_rejected is not None and len(self.rejections) > self._max_rejected:
            raise self._refused(
                RefusalReason.TOO_MANY_REJECTED_ROWS,
                f"{len(self.rejections):,} of {self.rows_parsed:,} rows read so far break the contract, of"
                f" {self.resource.rowcount:,} at most {self._max_rejected:,} may; see the list of rejected rows",
            )

    def _check_bytes(self) -> None:
        if self._rows.size != self.resource.bytes:
            raise self._refused(
                RefusalReason.SIZE_DIFFERS,
                f"has {self._rows.size:,} bytes, the manifest says {self.resource.bytes:,}; send it again or pack"
                " again",
            ) from None
        if self._rows.sha256 != self.resource.sha256:
            raise self._refused(
                RefusalReason.HASH_DIFFERS,
                "is not the file that was packed (SHA-256 differs); send it again or pack again",
            ) from None

    def _refused(self, reason: RefusalReason, what: str) -> DeliveryRefused:
        return DeliveryRefused(reason, f"{self.resource.path}: {what}")
