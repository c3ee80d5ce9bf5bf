"""The rows of one file that are not loaded: where they stand and why, never what they hold."""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from dagster_project.extracts.contracts import Contract
from dagster_project.extracts.reasons import RejectionReason

_REASONS = tuple(RejectionReason)
_NO_COLUMN = -1


class Rejection(NamedTuple):
    """One row that is not loaded. `line_number` is the first physical line of the row (1 = header); `column` is a
    header name of the contract, or None where the row as a whole is at fault."""

    line_number: int
    column: str | None
    reason_code: RejectionReason


class RejectionLog:
    """Rejections in the order of the file, about ten bytes each, so that a file full of faults needs little memory."""

    def __init__(self, contract: Contract, file_name: str = "") -> None:
        self._file_name = file_name
        self._columns = tuple(field.name for field in contract.fields)
        self._lines = array("Q")
        self._indexes = array("h")
        self._codes = array("B")
        self._code_of = {reason: code for code, reason in enumerate(_REASONS)}

    def add(self, line_number: int, index: int | None, reason: RejectionReason) -> None:
        """Note one row; `index` is the place of the column in the contract."""
        self._lines.append(line_number)
        self._indexes.append(_NO_COLUMN if index is None else index)
        self._codes.append(self._code_of[reason])

    def entries(self) -> Iterator[tuple[str, int, str | None, RejectionReason]]:
        """File, line, column and reason of each rejected row."""
        return ((self._file_name, line, column, reason) for line, column, reason in self)

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Rejection]:
        for line, index, code in zip(self._lines, self._indexes, self._codes, strict=True):
            yield Rejection(line, None if index == _NO_COLUMN else self._columns[index], _REASONS[code])
