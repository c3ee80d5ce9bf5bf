"""From nothing to an empty warehouse: server, database, roles, schemas, tables. Safe to call before every command."""

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.clock import utc_now
from dagster_project.settings import Settings, prepare_home
from dagster_project.warehouse import database, embedded, setup_controls
from dagster_project.warehouse.connection import ADMIN, connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.raw_tables import ensure_raw_tables, table_shapes
from dagster_project.warehouse.roles import (
    ACCESS_OWNER,
    DBT,
    LOADER,
    LOG_OWNER,
    MART_OWNER,
    PIPELINE_LOGINS,
    ensure_pipeline_roles,
    is_superuser,
)
from dagster_project.warehouse.secrets_store import password_file
from dagster_project.warehouse.swap import grant_candidate, grant_mart

_SCHEMA_OWNERS = {
    "raw": LOADER,
    "agreement": LOADER,
    "staged": DBT,
    "matched": DBT,
    "mart_candidate": MART_OWNER,
    "mart": MART_OWNER,
    "access": ACCESS_OWNER,
}
_SALT_BYTES = 32
_LOCK_TIMEOUT = "30s"


def ensure_warehouse(settings: Settings, *, again: bool = False) -> None:
    """Start the embedded server if there is no other, and bring the warehouse to this version's definition.

    Costs a few hundredths of a second when all is done already, unless it is to be done `again`, which gives each login
    of the pipeline the rights that it is meant to have. Raises WarehouseError with what to do.
    """
    prepare_home(settings)
    if not settings.dsn:
        embedded.start(settings)
    shapes = table_shapes()
    definition = _definition(shapes)
    if not again and _is_current(settings, definition):
        return
    try:
        with database.maintenance(settings) as conn:
            database.require_version(conn)
            ensure_pipeline_roles(conn, settings)
            database.ensure_database(conn)
            if not settings.dsn:
                database.close_other_databases(conn)
            with connect(settings, ADMIN) as inside:
                with setup_controls.kept_afterwards(inside):
                    _build(inside, shapes)
                _fill_control(inside, definition)
    except psycopg.Error as fault:
        raise WarehouseError(
            f"The warehouse could not be prepared: {fault.diag.message_primary or type(fault).__name__}. "
            "After a lock timeout, end the session that holds a table open and try again. Otherwise check that the "
            "administrator's role has CREATEROLE and CREATEDB and owns the objects of an earlier set-up."
        ) from None


def _is_current(settings: Settings, definition: str) -> bool:
    if not all(password_file(settings, login).is_file() for login in PIPELINE_LOGINS):
        return False
    try:
        with connect(settings, ADMIN) as conn:
            row = conn.execute("select definition_sha256 from control.schema_version").fetchone()
    except (WarehouseError, psycopg.errors.UndefinedTable):
        return False
    return row is not None and row[0] == definition


def _build(conn: psycopg.Connection[Any], shapes: dict[str, tuple[str, ...]]) -> None:
    """All inside one transaction: a killed set-up leaves nothing half made."""
    conn.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT)))
    database.close_to_public(conn)
    database.quieten_log(conn)
    if is_superuser(conn):
        _run_file(conn, "functions.sql")
    conn.execute("create schema if not exists control")
    conn.execute("create schema if not exists hold")
    for schema, owner in _SCHEMA_OWNERS.items():
        conn.execute(
            sql.SQL("create schema if not exists {} authorization {}").format(
                sql.Identifier(schema), sql.Identifier(owner)
            )
        )
    _run_file(conn, "control.sql")
    with _may_make_in_control(conn, LOG_OWNER):
        _run_as(conn, LOG_OWNER)
        _run_file(conn, "access_log.sql")
    with _may_make_in_control(conn, DBT):
        _run_file(conn, "readers.sql")
    _run_file(conn, "evidence.sql")
    _run_file(conn, "feedback.sql")
    _run_file(conn, "linkage.sql")
    _run_file(conn, "decisions.sql")
    _run_file(conn, "exports.sql")
    _run_file(conn, "retention.sql")
    _run_file(conn, "rights.sql")
    _run_as(conn, ACCESS_OWNER)
    _run_file(conn, "access.sql")
    _run_as(conn, LOADER)
    _run_file(conn, "agreement.sql")
    conn.execute("reset role")
    _run_file(conn, "audit.sql")
    _run_as(conn, LOADER)
    ensure_raw_tables(conn, shapes)
    _run_as(conn, DBT)
    _run_file(conn, "layers.sql")
    _run_as(conn, MART_OWNER)
    grant_candidate(conn)
    grant_mart(conn, ())
    conn.execute("reset role")


@contextmanager
def _may_make_in_control(conn: psycopg.Connection[Any], owner: str) -> Iterator[None]:
    """The owner may make its table and functions, or be given them, and nothing afterwards."""
    role = sql.Identifier(owner)
    conn.execute(sql.SQL("grant usage, create on schema control to {}").format(role))
    yield
    conn.execute("reset role")
    conn.execute(sql.SQL("revoke create on schema control from {}").format(role))


def _fill_control(conn: psycopg.Connection[Any], definition: str) -> None:
    conn.execute(
        "insert into control.person_key_salt (salt) select %s where not exists (select from control.person_key_salt)",
        [secrets.token_hex(_SALT_BYTES)],
    )
    conn.execute(
        "insert into access.read_key (key) select %s where not exists (select from access.read_key)",
        [secrets.token_hex(_SALT_BYTES)],
    )
    conn.execute("delete from control.schema_version")
    conn.execute(
        "insert into control.schema_version (definition_sha256, applied_at) values (%s, %s)", [definition, utc_now()]
    )


def _run_as(conn: psycopg.Connection[Any], role: str) -> None:
    conn.execute("reset role")
    conn.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


def _run_file(conn: psycopg.Connection[Any], name: str) -> None:
    conn.execute((_ddl_folder() / name).read_bytes())


def _definition(shapes: dict[str, tuple[str, ...]]) -> str:
    """One hash over all that shapes the warehouse: an edit of any of it makes the next call apply it."""
    digest = hashlib.sha256(json.dumps([shapes, _SCHEMA_OWNERS], sort_keys=True).encode())
    names = ("bootstrap", "database", "raw_tables", "roles", "setup_controls", "swap")
    code = [Path(__file__).parent / f"{name}.py" for name in names]
    for path in [*sorted(_ddl_folder().glob("*.sql")), *code]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _ddl_folder() -> Path:
    return Path(__file__).parent / "ddl"
