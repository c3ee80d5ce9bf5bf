"""Where rows come from: each delivered row has one number, and a fate that is counted."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from dagster_project.extracts.reasons import RejectionReason

_REASONS = tuple(RejectionReason)
_CODE_OF = {reason: code for code, reason in enumerate(_REASONS)}
_NO_COLUMN = 2**16 - 1
_FILE_BITS = 32
_USED, _REJECTED = 1, 2


@dataclass
class Origin:
    """One delivered file: the line of each of its rows, and whether the row was used or rejected.

    `number` is the file's place in the manifest (1 = first). Lines grow with the rows.
    """

    number: int
    name: str
    lines: array = field(default_factory=lambda: array("Q"))
    fates: bytearray = field(default_factory=bytearray)

    def add(self, line: int) -> int:
        """Note a row and return its number, which is unique in the delivery."""
        self.lines.append(line)
        self.fates.append(0)
        return (self.number << _FILE_BITS) + len(self.lines) - 1

    def count_rows_where_lines_repeat(self) -> None:
        """Where most rows share a line with others (XML without line ends) a row's own number takes its place."""
        if 2 * len(set(self.lines)) < len(self.lines):
            self.lines = array("Q", range(1, len(self.lines) + 1))

    @property
    def rejected(self) -> int:
        """Rows that are at fault for at least one extract."""
        return sum(fate & _REJECTED != 0 for fate in self.fates)

    @property
    def loaded(self) -> int:
        """Rows that gave something to an extract, and are nowhere at fault."""
        return self.fates.count(_USED)

    @property
    def passed_over(self) -> int:
        """Rows of which the mapping takes nothing: blank ones, and those that its rules leave out."""
        return self.fates.count(0)


class Origins:
    """The mapped files of a delivery, by their number."""

    def __init__(self) -> None:
        self.files: dict[int, Origin] = {}

    def open(self, number: int, name: str) -> Origin:
        """A file that is about to be read."""
        self.files[number] = Origin(number, name)
        return self.files[number]

    def place(self, row: int) -> tuple[int, int]:
        """File number and line of a row."""
        origin, index = self._find(row)
        return origin.number, origin.lines[index]

    def use(self, row: int) -> None:
        """The row has given something to an extract."""
        origin, index = self._find(row)
        origin.fates[index] |= _USED

    def reject(self, row: int) -> None:
        """The row is at fault."""
        origin, index = self._find(row)
        origin.fates[index] |= _REJECTED

    def row_at(self, number: int, line: int) -> int:
        """The number of the first row at a line."""
        return (number << _FILE_BITS) + bisect_left(self.files[number].lines, line)

    def has(self, row: int) -> bool:
        """Whether there is such a row."""
        origin = self.files.get(row >> _FILE_BITS)
        return origin is not None and row % 2**_FILE_BITS < len(origin.lines)

    def _find(self, row: int) -> tuple[Origin, int]:
        return self.files[row >> _FILE_BITS], row % 2**_FILE_BITS


class MappedRejections:
    """Rejected rows of one extract, with the delivered file that each stands in, in little memory."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._titles: list[str] = []
        self._files, self._lines = array("I"), array("Q")
        self._columns, self._codes = array("H"), array("B")

    def add(self, row: int, title: str | None, reason: RejectionReason) -> None:
        """Note one row; `title` names the column as the mapping does."""
        number, line = self._origins.place(row)
        if title is not None and title not in self._titles:
            self._titles.append(title)
        self._files.append(number)
        self._lines.append(line)
        self._columns.append(_NO_COLUMN if title is None else self._titles.index(title))
        self._codes.append(_CODE_OF[reason])
        self._origins.reject(row)

    def __len__(self) -> int:
        return len(self._lines)

    def entries(self) -> Iterator[tuple[str, int, str | None, RejectionReason]]:
        """File, line, column and reason of each rejected row."""
        for file, line, column, code in zip(self._files, self._lines, self._columns, self._codes, strict=True):
            title = None if column == _NO_COLUMN else self._titles[column]
            yield self._origins.files[file].name, line, title, _REASONS[code]
