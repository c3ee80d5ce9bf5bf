"""After a deletion: tables are written anew, so that their files and statistics hold nothing of the deleted rows."""

import time
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.governance.errors import GovernanceError
from dagster_project.warehouse.roles import is_superuser

_LOCK_TIMEOUT = "5s"
# What lies elsewhere is never measured by its identifying columns (ddl/retention.sql).
_LAYERS = ("raw", "staged", "matched")
_ATTEMPTS, _PAUSE_SECONDS = 5, 2.0
_COLUMNS = """
    select attname, format_type(atttypid, atttypmod)
    from pg_catalog.pg_attribute
    where attrelid = %s::regclass and attnum > 0 and not attisdropped
    order by attnum
"""


def note(conn: psycopg.Connection[Any], tables: Iterable[tuple[str, str]]) -> None:
    """Remember tables to be written anew, in the transaction that deletes from them."""
    with conn.cursor() as cursor:
        cursor.executemany("insert into control.tables_to_rewrite values (%s, %s) on conflict do nothing", list(tables))


def rewrite(conn: psycopg.Connection[Any]) -> None:
    """Write the noted tables anew without dead rows, with their side tables and indexes, and measure them again.

    `conn` is in autocommit. An empty table keeps its old statistics, common values among them, so these are dropped;
    an empty partition of `raw` goes whole, and landing makes it again.

    Raises:
        GovernanceError: somebody keeps a table open.
    """
    conn.execute(sql.SQL("set lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT)))
    noted = conn.execute("select schema_name, table_name from control.tables_to_rewrite order by 1, 2").fetchall()
    for schema, table in noted:
        if conn.execute("select to_regclass(%s) is not null", [f"{schema}.{table}"]).fetchall()[0][0]:
            _patiently(conn, schema, table)
        conn.execute(
            "delete from control.tables_to_rewrite where schema_name = %s and table_name = %s", [schema, table]
        )
    if noted:
        _forget_in_catalogue(conn)


def _forget_in_catalogue(conn: psycopg.Connection[Any]) -> None:
    """What was known of the values of old rows is itself a row, dead by now, and the server's log has all of them.

    On a server of the council's own this is its administrator's: it may not be ours to do.
    """
    if is_superuser(conn):
        conn.execute("vacuum (full) pg_catalog.pg_statistic")
        conn.execute("select pg_switch_wal()")
        # The second one makes the first one's own segment superfluous.
        conn.execute("checkpoint")
        conn.execute("checkpoint")
    else:
        conn.execute("vacuum pg_catalog.pg_statistic")


def _empty(conn: psycopg.Connection[Any], name: sql.Identifier, text: str) -> None:
    columns = conn.execute(_COLUMNS, [text]).fetchall()
    with conn.transaction():
        conn.execute(sql.SQL("truncate {}").format(name))
        for column, kind in columns:
            # To state a column's type, be it the same, makes the server forget what it measured of its values.
            conn.execute(
                sql.SQL("alter table {} alter column {} type {}").format(
                    name,
                    sql.Identifier(column),
                    sql.SQL(kind),  # type: ignore[arg-type] - the server's own words
                )
            )


def _rewrite_one(conn: psycopg.Connection[Any], schema: str, table: str) -> None:
    name = sql.Identifier(schema, table)
    if schema not in _LAYERS or conn.execute(sql.SQL("select from {} limit 1").format(name)).fetchone() is not None:
        conn.execute(sql.SQL("vacuum (full, analyze) {}").format(name))
    elif schema == "raw":
        conn.execute(sql.SQL("drop table {}").format(name))
    else:
        _empty(conn, name, f"{schema}.{table}")


def _patiently(conn: psycopg.Connection[Any], schema: str, table: str) -> None:
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        try:
            _rewrite_one(conn, schema, table)
            return
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            continue
    raise GovernanceError(
        f"Somebody keeps {schema}.{table} open, so deleted rows are still in its file. End that session"
        " (pg_stat_activity names the login), then run 'hearthlink retention purge'"
    )
