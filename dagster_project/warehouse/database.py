"""The database itself: made once, closed to PUBLIC."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, DATABASE, open_connection, parameters
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.lock import BOOTSTRAP_LOCK
from dagster_project.warehouse.roles import ANALYST, DBT, LOADER, MART_OWNER, PUBLISHER, is_superuser
from dagster_project.warehouse.tuning import QUIET_LOG

OLDEST_VERSION = 15
_BUILTIN_LOCALES_SINCE = 17
_log = logging.getLogger(__name__)


@contextmanager
def maintenance(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    """The administrator's connection beside the warehouse database, holding the bootstrap lock of the server."""
    first = str(conninfo_to_dict(settings.dsn).get("dbname") or "postgres") if settings.dsn else "postgres"
    with open_connection(parameters(settings, ADMIN, first), autocommit=True) as conn:
        conn.execute("set lock_timeout = '2min'")
        conn.execute("select pg_advisory_lock(%s)", [BOOTSTRAP_LOCK])
        yield conn


def require_version(conn: psycopg.Connection[Any]) -> None:
    """Raises WarehouseError for a server that is too old."""
    if conn.info.server_version < OLDEST_VERSION * 10000:
        raise WarehouseError(
            f"The server runs PostgreSQL {conn.info.server_version // 10000}; "
            f"Hearthlink needs {OLDEST_VERSION} or later."
        )


def ensure_database(conn: psycopg.Connection[Any]) -> None:
    """Create the warehouse database (UTF-8, sorted by code point) unless it is there.

    Raises WarehouseError when one of that name has another encoding or is not the administrator's.
    """
    row = conn.execute(
        "select pg_encoding_to_char(encoding), pg_has_role(datdba, 'usage') from pg_database where datname = %s",
        [DATABASE],
    ).fetchone()
    if row is None:
        _create_database(conn)
    elif row != ("UTF8", True):
        raise WarehouseError(
            f"A database {DATABASE} exists already and is not in UTF-8 or not owned by the role of HEARTHLINK_DSN. "
            "Rename it, or make that role its owner."
        )


def close_to_public(conn: psycopg.Connection[Any]) -> None:
    """Take from PUBLIC what PostgreSQL gives it on a database, and let in the pipeline logins by name."""
    database = sql.Identifier(DATABASE)
    for statement in (
        sql.SQL("revoke all on database {} from public").format(database),
        sql.SQL("revoke all on schema public from public"),
        sql.SQL("grant connect on database {} to {}, {}, {}, {}").format(
            database, *map(sql.Identifier, (LOADER, DBT, PUBLISHER, ANALYST))
        ),
        # dbt keeps intermediate results of a model in temporary tables; renaming a schema asks for create.
        sql.SQL("grant temporary on database {} to {}").format(database, sql.Identifier(DBT)),
        sql.SQL("grant create on database {} to {}").format(database, sql.Identifier(MART_OWNER)),
        sql.SQL("alter database {} set timezone = 'UTC'").format(database),
        sql.SQL("alter database {} set jit = off").format(database),
    ):
        conn.execute(statement)


def close_other_databases(conn: psycopg.Connection[Any]) -> None:
    """On the embedded server nobody but the superuser has business in the databases that every cluster begins with."""
    conn.execute("revoke all on database postgres, template1 from public")


def quieten_log(conn: psycopg.Connection[Any]) -> None:
    """Keep row values out of a server's log, which by default prints failed statements and failing rows."""
    if is_superuser(conn):
        for name, value in QUIET_LOG.items():
            conn.execute(
                sql.SQL("alter database {} set {} = {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(name), sql.Literal(value)
                )
            )
        return
    row = conn.execute("select current_setting('log_min_error_statement')").fetchone()
    if row and row[0] != "panic":
        _log.warning(
            "The server's log may hold row values: its administrator should set %s for the database %s",
            ", ".join(f"{name}={value}" for name, value in QUIET_LOG.items()),
            DATABASE,
        )


def _create_database(conn: psycopg.Connection[Any]) -> None:
    plain = sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(DATABASE))
    builtin = conn.info.server_version >= _BUILTIN_LOCALES_SINCE * 10000
    locale = (
        "locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C'"
        if builtin
        else "lc_collate 'C' lc_ctype 'C.UTF-8'"
    )
    try:
        conn.execute(plain + sql.SQL(" " + locale))
    except psycopg.errors.WrongObjectType:
        # An older server whose system has no C.UTF-8: names then sort by its own locale.
        conn.execute(plain)
