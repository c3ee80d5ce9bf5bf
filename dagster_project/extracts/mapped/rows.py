"""From a line of cells, or a record of XML, to rows of a mapping's table: number, faults, values, constants."""

from collections.abc import Callable, Iterator
from typing import Any

from dagster_project.extracts.mapped import tree
from dagster_project.extracts.mapped.convert import Converted, converter
from dagster_project.extracts.mapped.headers import Match
from dagster_project.extracts.mapped.model import Mapping, Table
from dagster_project.extracts.reasons import RejectionReason

# In place of a column, where the row as a whole is at fault.
WHOLE_ROW = "*"


class RowMaker:
    """Turns cells into rows of one table: the row's number, its faults, its values."""

    def __init__(self, mapping: Mapping, table: Table, found: Match, constants: list[str | None]) -> None:
        self._constants = constants
        self._columns = [
            (name, found.positions.get(name), converter(spec, table.dates or mapping.dates, mapping.values))
            for name, spec in table.columns.items()
        ]
        self._turned = found.turned
        self._unpivot = table.unpivot
        self._convert_turned = (
            converter(table.unpivot, table.dates or mapping.dates, mapping.values) if table.unpivot else None
        )

    def rows(self, row: int, cells: list[str], fault: RejectionReason | None) -> Iterator[list[Any]]:
        """The rows of one line: one, or as many as its unpivoted columns are filled."""
        extra = 0 if not self._unpivot else 2 if self._unpivot.name else 1
        if fault:
            nothing = [None] * (len(self._columns) + extra)
            yield [row, f"{WHOLE_ROW}:{fault}", *nothing, *self._constants]
            return
        faults: list[str] = []
        values = [
            _note(faults, name, convert(cells[position]) if position is not None else (None, None))
            for name, position, convert in self._columns
        ]
        if not self._unpivot or not self._convert_turned:
            yield [row, ",".join(faults) or None, *values, *self._constants]
            return
        for position, group in self._turned:
            if cells[position].strip() in ("", *self._unpivot.skip):
                continue
            own = list(faults)
            value = _note(own, self._unpivot.value, self._convert_turned(cells[position]))
            turned = [group, value] if self._unpivot.name else [value]
            yield [row, ",".join(own) or None, *values, *turned, *self._constants]


class NodeMaker:
    """Turns XML records into rows of one table."""

    def __init__(self, mapping: Mapping, table: Table, constants: list[str | None], outside: dict[str, str]) -> None:
        self._constants = constants
        self._columns: list[tuple[str, list[Callable[[tree.Node], str]], Callable[[str], Converted]]] = [
            (
                name,
                [_getter(path, outside) for path in spec.names],
                converter(spec, table.dates or mapping.dates, mapping.values),
            )
            for name, spec in table.columns.items()
        ]

    def row(self, row: int, node: tree.Node) -> list[Any]:
        """The row of one record."""
        faults: list[str] = []
        values = []
        for name, getters, convert in self._columns:
            text = next((text for get in getters if (text := get(node))), "")
            values.append(_note(faults, name, convert(text)))
        return [row, ",".join(faults) or None, *values, *self._constants]


def _getter(path: str, outside: dict[str, str]) -> Callable[[tree.Node], str]:
    steps = tree.steps(path)
    if path.startswith("/"):
        return lambda _: outside.get("/".join(steps), "")
    return lambda node: ";".join(filter(None, (found.value() for found in node.all(steps))))


def _note(faults: list[str], name: str, converted: Converted) -> str | None:
    value, fault = converted
    if fault:
        faults.append(f"{name}:{fault}")
    return value
