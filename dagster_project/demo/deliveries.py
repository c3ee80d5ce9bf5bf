"""Writes the files of one partner, with the columns of their contracts, and notes whom each record is about."""

import csv
from collections import Counter
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from dagster_project.extracts.contracts import load_contracts

Cell = str | int | bool | date | None


def as_text(value: Cell) -> str:
    """A cell as the contracts want it: ISO dates, Y or N, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    return value.isoformat() if isinstance(value, date) else str(value)


class DeliveryWriter:
    """All extracts of one partner kind as open files; a context manager. `rows` counts per extract."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder = folder
        self._columns = {
            name: [field.name for field in contract.fields]
            for name, contract in load_contracts().items()
            if contract.kind == kind
        }
        self._stack = ExitStack()
        self._writers = {}
        self.rows: Counter[str] = Counter(dict.fromkeys(self._columns, 0))

    def __enter__(self) -> "DeliveryWriter":
        self._folder.mkdir(parents=True)
        for extract, columns in self._columns.items():
            path = self._folder / f"{extract}.csv"
            stream = self._stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            self._writers[extract] = csv.writer(stream, lineterminator="\n")
            self._writers[extract].writerow(columns)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def add(self, extract: str, **cells: Cell) -> None:
        """One row; columns that are not named stay empty. Raises KeyError for a column outside the contract."""
        row = [as_text(cells.pop(column, None)) for column in self._columns[extract]]
        if cells:
            raise KeyError(f"{extract} has no column {', '.join(sorted(cells))}")
        self._writers[extract].writerow(row)
        self.rows[extract] += 1


class TruthBook:
    """Which true person each record is about: rows of partner, source, record id and true person id."""

    def __init__(self) -> None:
        self.records: list[tuple[str, str, str, str]] = []

    def note(self, partner: str, source: str, record_id: str, true_id: str) -> None:
        self.records.append((partner, source, record_id, true_id))
