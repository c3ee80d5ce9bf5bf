"""Reading one delivered file into the tables of its mapping. Packing, checking and landing all read here."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import chain, islice
from typing import Any, Protocol

from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.mapped import sheets, tree
from dagster_project.extracts.mapped.convert import converter
from dagster_project.extracts.mapped.headers import HEADER_WITHIN, find_header, normal
from dagster_project.extracts.mapped.model import Mapping
from dagster_project.extracts.mapped.origin import Origin
from dagster_project.extracts.mapped.rows import NodeMaker, RowMaker
from dagster_project.extracts.mapped.source import format_of
from dagster_project.extracts.reasons import RefusalReason

_NOT_THIS_MAPPING = (RefusalReason.FILE_NOT_RECOGNISED.value, RefusalReason.COLUMN_MISSING.value)


class Sink(Protocol):
    """What takes the rows of tables."""

    def append(self, table: str, row: list[Any]) -> None:
        """Add a row to a table."""
        ...


class Nowhere:
    """Takes rows and keeps none: for counting."""

    def append(self, table: str, row: list[Any]) -> None:
        """Let the row go."""


@dataclass
class Seen:
    """What a file turned out to hold: rows by table, and what the mapping does not know."""

    tables: dict[str, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)
    absent: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivered:
    """An open file of a delivery; `name` is the one that its sender gave it."""

    stream: BufferedReader
    name: str
    size: int
    encoding: str


def read_with_any(
    file: Delivered, sinks: Sequence[tuple[Mapping, Sink]], new_origin: Callable[[], Origin]
) -> tuple[int, Origin, Seen]:
    """Read a file with the first of several mappings that knows it; says which (0 = first).

    Raises:
        DeliveryRefused: none knows it, or it cannot be read.
    """
    refusals: list[DeliveryRefused] = []
    for index, (mapping, sink) in enumerate(sinks):
        origin = new_origin()
        file.stream.seek(0)
        try:
            return index, origin, read_into(file, mapping, origin, sink)
        except DeliveryRefused as refusal:
            if refusal.reason_code not in _NOT_THIS_MAPPING:
                raise
            refusals.append(refusal)
    nearly = [refusal for refusal in refusals if refusal.reason_code == RefusalReason.COLUMN_MISSING.value]
    raise (nearly or refusals)[0]


def read_into(file: Delivered, mapping: Mapping, origin: Origin, sink: Sink) -> Seen:
    """Read a file into the tables of a mapping.

    Raises:
        DeliveryRefused: the mapping does not take the file, or the file cannot be read.
    """
    kind = format_of(file.name)
    seen = Seen()
    reader = _Reader(file, mapping, origin, sink, seen)
    if kind == "xml" and mapping.formats.xml:
        reader.read_xml(mapping.formats.xml.unit)
    elif kind == "xlsx" and mapping.formats.xlsx:
        reader.read_workbook()
    elif kind == "csv" and mapping.formats.csv:
        spec = mapping.formats.csv
        if file.encoding not in spec.encodings:
            raise DeliveryRefused(
                RefusalReason.WRONG_ENCODING,
                f"{file.name}: the mapping {mapping.mapping} takes {' or '.join(spec.encodings)}",
            )
        reader.read_sheet(sheets.csv_sheet(file.stream, file.name, file.size, file.encoding, spec), [file.name])
    else:
        raise DeliveryRefused(
            RefusalReason.FILE_NOT_RECOGNISED, f"{file.name}: is no format that the mapping {mapping.mapping} takes"
        )
    return seen


class _Reader:
    def __init__(self, file: Delivered, mapping: Mapping, origin: Origin, sink: Sink, seen: Seen) -> None:
        self._file, self._mapping, self._origin, self._sink, self._seen = file, mapping, origin, sink, seen

    def read_workbook(self) -> None:
        refusals = []
        for sheet in sheets.workbook_sheets(self._file.stream, self._file.name):
            try:
                self.read_sheet(sheet, [sheet.title])
            except DeliveryRefused as refusal:
                if refusal.reason_code not in (RefusalReason.FILE_NOT_RECOGNISED, RefusalReason.EMPTY_FILE):
                    raise
                # Workbooks hold covers, notes and look-up lists beside the data.
                refusals.append(refusal)
                self._seen.not_read.append(sheet.title)
        if not self._seen.tables and refusals:
            raise refusals[0]

    def read_sheet(self, sheet: sheets.Sheet, names: list[str]) -> None:
        first = list(islice(sheet.lines, HEADER_WITHIN))
        place = f"{self._file.name}{f', sheet {sheet.title}' if sheet.title else ''}"
        number, found = find_header(self._mapping, names, [line.cells for line in first], place)
        header = first[number].cells
        self._seen.unknown += [header[i].strip() for i in found.unknown]
        table = self._mapping.tables[found.table]
        self._seen.absent[found.table] = [column for column in table.columns if column not in found.positions]
        self._seen.tables.setdefault(found.table, 0)
        make = RowMaker(self._mapping, table, found, self._constants({}, table.needs))
        width = len(header)
        while width and not header[width - 1].strip():
            width -= 1
        for line in chain(first[number + 1 :], sheet.lines):
            row = self._origin.add(line.number)
            self._seen.tables[found.table] += 1
            if line.is_blank:
                continue
            fault = sheets.fault_of(line, width)
            for made in make.rows(row, [] if fault else line.cells, fault):
                self._sink.append(found.table, made)

    def read_xml(self, unit: str) -> None:
        outside: dict[str, str] = {}
        tables = {name: table for name, table in self._mapping.tables.items() if table.record}
        used = {tree.steps(path)[-1] for t in tables.values() for c in t.columns.values() for path in c.names if path}
        used |= {tree.steps(c.xml)[-1] for c in self._mapping.constants.values() if c.xml}
        unknown: dict[str, None] = {}
        makers: list[tuple[str, tuple[str, ...], NodeMaker]] = []
        for node in tree.read_units(self._file.stream, self._file.name, self._file.size, unit, outside):
            if not makers:
                constants = self._constants(outside, tuple(c for table in tables.values() for c in table.needs))
                makers = [
                    (name, tree.steps(table.record or "."), NodeMaker(self._mapping, table, constants, outside))
                    for name, table in tables.items()
                ]
            self._read_unit(node, makers)
            if len(unknown) < 200:
                unknown |= {leaf: None for leaf in _leaves(node) if leaf not in used}
        if not makers:
            raise DeliveryRefused(RefusalReason.FILE_NOT_RECOGNISED, f"{self._file.name}: holds no element '{unit}'")
        self._seen.unknown += unknown
        self._origin.count_rows_where_lines_repeat()

    def _read_unit(self, unit: tree.Node, makers: list[tuple[str, tuple[str, ...], "NodeMaker"]]) -> None:
        found = [(node, name, maker) for name, path, maker in makers for node in unit.all(path)]
        rows: dict[int, int] = {}
        for node in sorted({node.order: node for node, _, _ in found}.values(), key=lambda node: node.order):
            rows[node.order] = self._origin.add(node.line)
        for node, name, maker in found:
            self._seen.tables[name] = self._seen.tables.get(name, 0) + 1
            self._sink.append(name, maker.row(rows[node.order], node))

    def _constants(self, outside: dict[str, str], needed: tuple[str, ...]) -> list[str | None]:
        found = []
        for name, spec in self._mapping.constants.items():
            text = spec.value or ""
            if spec.file and (match := re.search(spec.file, self._file.name, re.IGNORECASE)):
                text = match[1] if match.groups() else match[0]
            if spec.xml:
                text = outside.get("/".join(tree.steps(spec.xml)), text)
            value, fault = converter(spec, self._mapping.dates, self._mapping.values)(text)
            if fault or (value is None and name in needed):
                where = "its name" if spec.file else "its header"
                raise DeliveryRefused(
                    RefusalReason.FILE_NOT_RECOGNISED,
                    f"{self._file.name}: {where} must say its {name.replace('_', ' ')}; see the mapping"
                    f" {self._mapping.mapping}",
                )
            found.append(value)
        return found


def _leaves(node: tree.Node) -> Iterator[str]:
    for child in node.children:
        if child.children:
            yield from _leaves(child)
        elif child.text:
            yield normal(child.tag)
