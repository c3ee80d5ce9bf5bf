"""What an export is made of: the published mart as a user reads it, without the people who are never exported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.governance.exports.requester import ExportRefused, Requester
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.swap import PUBLISHED

PERSON, HOUSEHOLD, PUBLISH = "person_key", "household_key", "publish_id"
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
_HIDDEN = "select person_key from matched.item_withheld_people where is_hidden is not false"
# A row per column that the user may read; who may not read a table is not told of it.
_COLUMNS = """
    select table_name, column_name
    from information_schema.columns
    where table_schema = %s and has_column_privilege(format('%%I.%%I', table_schema, table_name), column_name, 'select')
    order by table_name, ordinal_position
"""


@dataclass(frozen=True)
class Sheet:
    """A mart table: the columns that the user may read, and its rows."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def hidden_people(conn: psycopg.Connection[Any], publish_id: str) -> frozenset[str]:
    """The people of that publish who are in no export: restricted, or in a refuge. `conn` is the administrator's.

    Raises:
        ExportRefused: what is known of them belongs to another run than the published one.
    """
    running, published, unknown = conn.execute(_BASIS).fetchall()[0]
    if published != publish_id:
        raise ExportRefused(_MOVED_ON)
    if running != publish_id or unknown:
        raise ExportRefused(
            "A run has begun since the last publish, so who may not be exported is not known for certain:"
            " wait until it has published, or run again"
        )
    return frozenset(key for (key,) in conn.execute(_HIDDEN).fetchall())


def read_sheets(settings: Settings, request: Requester, hidden: frozenset[str]) -> list[Sheet]:
    """Every table that the user may read, without those people and without households of which nobody is left.

    Raises:
        ExportRefused: the mart was published anew meanwhile, or the user reads no table with people.
        WarehouseError: the user's login is refused.
    """
    with connect(settings, request.login) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        tables: dict[str, list[str]] = {}
        for table, column in conn.execute(_COLUMNS, [PUBLISHED]).fetchall():
            tables.setdefault(table, []).append(column)
        sheets = [_sheet(conn, table, columns, hidden) for table, columns in tables.items()]
    if not any(PERSON in sheet.columns and sheet.rows for sheet in sheets):
        raise ExportRefused("There is nobody to export: this user reads no rows about people")
    if any(value != request.publish_id for sheet in sheets for value in _values(sheet, PUBLISH)):
        raise ExportRefused(_MOVED_ON)
    return [_of_people_left(sheet, sheets) for sheet in sheets]


def people_in(sheets: Sequence[Sheet]) -> frozenset[str]:
    """Everybody of whom a sheet has a row."""
    return frozenset(key for sheet in sheets for key in _values(sheet, PERSON))


def _sheet(conn: psycopg.Connection[Any], table: str, columns: Sequence[str], hidden: frozenset[str]) -> Sheet:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("select {} from {} order by {}").format(names, sql.Identifier(PUBLISHED, table), names)
    rows = conn.execute(query).fetchall()
    if PERSON in columns:
        place = columns.index(PERSON)
        rows = [row for row in rows if row[place] not in hidden]
    return Sheet(table, tuple(columns), rows)


def _of_people_left(sheet: Sheet, sheets: Sequence[Sheet]) -> Sheet:
    if PERSON in sheet.columns or HOUSEHOLD not in sheet.columns:
        return sheet
    left = {key for other in sheets if PERSON in other.columns for key in _values(other, HOUSEHOLD)}
    place = sheet.columns.index(HOUSEHOLD)
    return Sheet(sheet.table, sheet.columns, [row for row in sheet.rows if row[place] in left])


def _values(sheet: Sheet, column: str) -> Iterator[Any]:
    if column in sheet.columns:
        place = sheet.columns.index(column)
        yield from (row[place] for row in sheet.rows)
