"""Rows of one key that come from several places become one, where they do not contradict each other."""

from collections.abc import Iterator

from dagster_project.extracts.contracts import Contract


class Merger:
    """Collects rows by key: an empty value gives way to a filled one; what was said first stands."""

    def __init__(self, contract: Contract) -> None:
        self._key = [contract.columns.index(column) for column in contract.primary_key]
        self._rows: dict[tuple[str, ...], tuple[int, list[str]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: int, values: list[str]) -> int | None:
        """Add a row under its number. The place of the first column in which it contradicts, None where it fits."""
        key = tuple(values[index] for index in self._key)
        first = self._rows.setdefault(key, (row, values))[1]
        for index, value in enumerate(values):
            if value and first[index] and value != first[index]:
                return index
        for index, value in enumerate(values):
            first[index] = first[index] or value
        return None

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows in the order of their first appearance."""
        return iter(self._rows.values())
