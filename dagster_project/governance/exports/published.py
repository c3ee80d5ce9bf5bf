"""What an export is made of: the mart as a user of the whole system reads it, without people who are never exported."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.governance.exports.requester import ExportRefused, Requester
from dagster_project.warehouse.logins import function_role
from dagster_project.warehouse.swap import PUBLISHED

PERSON, HOUSEHOLD, COUNT, PUBLISH = "person_key", "household_key", "people", "publish_id"
_MOVED_ON = "The mart was published anew in between: export again"
_BASIS = """
    select
        (select publish_id from agreement.run_context),
        (select min(publish_id) from mart.publish_info),
        (
            select count(*) from mart.dim_person as shown
            where not exists (
                select from matched.item_withheld_people as known where known.person_key = shown.person_key)
        )
"""
_HIDDEN = """
    select person_key from matched.item_withheld_people where is_hidden is not false
    union
    select person_key from control.stopped_people
"""
_DISPUTED_SINCE = """
    select exists (
        select from control.rights_requests as requests
        cross join agreement.run_context as run
        where requests.kind = 'dispute' and requests.closed_at is null and requests.recorded_at >= run.started_at)
"""
# The columns that a function reads. Which rows, a column says that nobody reads; only who sees everybody exports.
_COLUMNS = """
    select
        table_name,
        column_name,
        has_column_privilege(%s, format('%%I.%%I', table_schema, table_name), column_name, 'select')
    from information_schema.columns
    where table_schema = %s
    order by table_name, ordinal_position
"""
_VISIBLE, _WHOLE_SYSTEM = "visible_to", "whole_system"


@dataclass(frozen=True)
class Sheet:
    """A mart table: the columns that the user may read, and its rows."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def hidden_people(conn: psycopg.Connection[Any], publish_id: str) -> frozenset[str]:
    """The people of that publish who are in no export: restricted by a partner or at their own request, or in a refuge.

    `conn` is the administrator's.

    Raises:
        ExportRefused: what is known of them belongs to another run than the published one, or an item was disputed
            since that run began and still stands in the mart.
    """
    running, published, unknown = conn.execute(_BASIS).fetchall()[0]
    if published != publish_id:
        raise ExportRefused(_MOVED_ON)
    if running != publish_id or unknown:
        raise ExportRefused(
            "A run has begun since the last publish, so who may not be exported is not known for certain:"
            " wait until it has published, or run again"
        )
    if conn.execute(_DISPUTED_SINCE).fetchall()[0][0]:
        raise ExportRefused(
            "An item was disputed since the last run began, and stands in the mart until the next one:"
            " run ('hearthlink run --deliveries FOLDER'), then export"
        )
    return frozenset(key for (key,) in conn.execute(_HIDDEN).fetchall())


def read_sheets(conn: psycopg.Connection[Any], request: Requester, hidden: frozenset[str]) -> list[Sheet]:
    """What the user's function reads of each table, without those people and without households that they leave empty.

    `conn` is the administrator's. Raises ExportRefused when the mart was published anew meanwhile, or the function
    reads no rows about people.
    """
    columns: dict[str, list[str]] = {}
    visible: set[str] = set()
    role = function_role(request.function.id)
    for table, column, is_read in conn.execute(_COLUMNS, [role, PUBLISHED]).fetchall():
        if is_read:
            columns.setdefault(table, []).append(column)
        elif column == _VISIBLE:
            visible.add(table)
    sheets = [_sheet(conn, table, names, hidden, is_limited=table in visible) for table, names in columns.items()]
    if not any(PERSON in sheet.columns and sheet.rows for sheet in sheets):
        raise ExportRefused("There is nobody to export: this user reads no rows about people")
    if any(value != request.publish_id for sheet in sheets for value in _values(sheet, PUBLISH)):
        raise ExportRefused(_MOVED_ON)
    left = _households(sheets)
    return [_of_people_left(sheet, left) for sheet in sheets]


def people_in(sheets: Sequence[Sheet]) -> frozenset[str]:
    """Everybody of whom a sheet has a row."""
    return frozenset(key for sheet in sheets for key in _values(sheet, PERSON))


def _sheet(
    conn: psycopg.Connection[Any], table: str, columns: Sequence[str], hidden: frozenset[str], *, is_limited: bool
) -> Sheet:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    rule = sql.SQL("where {} = any({})").format(_WHOLE_SYSTEM, sql.Identifier(_VISIBLE)) if is_limited else sql.SQL("")
    query = sql.SQL("select {} from {} {} order by {}").format(names, sql.Identifier(PUBLISHED, table), rule, names)
    rows = conn.execute(query).fetchall()
    if PERSON in columns:
        place = columns.index(PERSON)
        rows = [row for row in rows if row[place] not in hidden]
    return Sheet(table, tuple(columns), rows)


def _of_people_left(sheet: Sheet, left: Mapping[Any, int]) -> Sheet:
    """The households that somebody is left of, with how many: to count one more would tell that somebody is hidden."""
    if PERSON in sheet.columns or HOUSEHOLD not in sheet.columns:
        return sheet
    rows = [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]
    counted = [tuple((row | {COUNT: left[row[HOUSEHOLD]]}).values()) for row in rows if row[HOUSEHOLD] in left]
    return Sheet(sheet.table, sheet.columns, counted)


def _households(sheets: Sequence[Sheet]) -> Mapping[Any, int]:
    """How many people of each household there are rows of."""
    both = [sheet for sheet in sheets if {PERSON, HOUSEHOLD} <= set(sheet.columns)]
    members = {pair for sheet in both for pair in zip(_values(sheet, PERSON), _values(sheet, HOUSEHOLD), strict=True)}
    return Counter(household for _, household in members)


def _values(sheet: Sheet, column: str) -> Iterator[Any]:
    if column in sheet.columns:
        place = sheet.columns.index(column)
        yield from (row[place] for row in sheet.rows)
