"""The workbooks of a planning export: pseudonymised rows, and tables of counts."""

from collections.abc import Callable, Sequence
from typing import Any

from dagster_project.governance.exports.planning.anonymity import SUPPRESSED
from dagster_project.governance.exports.planning.counts import LEFT_OUT, TOTAL, Counts, Tables
from dagster_project.governance.exports.requester import Requester
from dagster_project.governance.workbooks import Cell, Table, add_table, notice


def rows_writer(
    request: Requester, export_id: str, columns: Sequence[str], rows: list[tuple[str, ...]]
) -> Callable[[Any], None]:
    above = _above(
        request,
        export_id,
        f"'{SUPPRESSED}' is suppressed, so that nobody is alone with what others may know of them. Finding out who"
        " somebody is would be an offence (Data Protection Act 2018, section 171).",
    )
    return lambda book: _add(book, [Table("people", columns, rows)], above)


def counts_writer(request: Requester, export_id: str, found: Tables) -> Callable[[Any], None]:
    rule = request.agreement.exports.planning
    above = _above(
        request,
        export_id,
        f"'{LEFT_OUT}': below {rule.min_cell}, or left out so that such a count cannot be worked out. Rounded to"
        f" {rule.round_to}, so rows and columns need not add up.",
    )
    by = {table.by: [other for other in found.shown if other.by == table.by] for table in found.shown}
    sheets = [_sheet(name, shown) for name, shown in by.items()]
    return lambda book: _add(book, sheets, above)


def _add(book: Any, sheets: Sequence[Table], above: Sequence[str]) -> None:
    for sheet in sheets:
        add_table(book, sheet, above)


def _sheet(by: str, shown: Sequence[Counts]) -> Table:
    """One row per table and line: which table, which row of it, and a count for each of its columns."""
    rows: list[tuple[Cell, ...]] = []
    for table in shown:
        for column in (*table.columns, None):
            for row in (*table.rows, None):
                rows.append((table.of, column or TOTAL, row or TOTAL, _count(table, row, column)))
    return Table(f"by {by.replace('_', ' ')}", ("column", "value", by, "people"), rows)


def _count(table: Counts, row: str | None, column: str | None) -> Cell:
    if row is None:
        return table.total if column is None else table.column_totals[column]
    if column is None:
        return table.row_totals[row]
    count = table.cells[row, column]
    return LEFT_OUT if count is None else count


def _above(request: Requester, export_id: str, *more: str) -> tuple[str, ...]:
    header = request.agreement.agreement
    purpose = next(known.text for known in request.agreement.purposes if known.id == request.purpose)
    told = f"Export {export_id} of publish {request.publish_id} for {request.login}. Purpose: {purpose}."
    return notice(header.title, header.version, told, *more)
