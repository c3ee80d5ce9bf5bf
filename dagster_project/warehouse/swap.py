"""Publishing by renaming schemas: readers see the old mart or the new one, never a mixture."""

import time
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.lock import PUBLISH_LOCK
from dagster_project.warehouse.readers import hold_readers
from dagster_project.warehouse.roles import ANALYST, DBT, FUNCTION_PREFIX, MART_OWNER, PUBLISHER

CANDIDATE = "mart_candidate"
PUBLISHED = "mart"
PREVIOUS = "mart_previous"
_LOCK_TIMEOUT = "5s"


def reset_candidate(conn: psycopg.Connection[Any]) -> None:
    """Replace the candidate schema by an empty one with its grants. `conn` acts as hl_publisher or the administrator.

    Raises WarehouseError when somebody keeps reading the old candidate.
    """
    try:
        with conn.transaction():
            _take_publish_lock(conn)
            conn.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(CANDIDATE)))
            _create_candidate(conn)
    except psycopg.errors.LockNotAvailable:
        raise WarehouseError(
            "The candidate mart is being read or published by another session, so it cannot be made anew. "
            "End that session and run again."
        ) from None


def drop_previous(conn: psycopg.Connection[Any], *, attempts: int = 5, pause_seconds: float = 2.0) -> None:
    """Drop the mart before last, in a transaction of its own; to be done before `swap_schemas`.

    A reader who still holds a transaction on it is waited for, `attempts` times up to five seconds, never ended.
    Raises WarehouseError when the reader does not finish, or when `conn` is inside a transaction.
    """
    if conn.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE:
        raise WarehouseError("drop_previous needs a connection without an open transaction: commit first")
    for attempt in range(attempts):
        if attempt:
            time.sleep(pause_seconds)
        try:
            with conn.transaction():
                _take_publish_lock(conn)
                conn.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(PREVIOUS)))
            return
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            continue
    raise WarehouseError(
        "Somebody still reads the mart of the publish before last, so it cannot be removed. "
        "Ask them to close their report or session (pg_stat_activity names the login), then publish again; "
        "the published mart is unchanged."
    )


def swap_schemas(conn: psycopg.Connection[Any], wait_seconds: float | None = None) -> None:
    """Make the candidate the published mart, in the caller's transaction: it counts only when the caller commits.

    mart becomes mart_previous (nobody but its owner may use it), mart_candidate becomes mart (function roles
    and the analyst may use it as before, hl_dbt no more), and an empty mart_candidate is made. Whoever reads is waited
    for, and whoever comes waits until the caller commits: who has more to do first calls `rename_schemas`, and
    `wait_for_readers` last.
    Raises WarehouseError when there is nothing to publish, mart_previous was not dropped, a lock is held, or readers
    do not end.
    """
    rename_schemas(conn)
    wait_for_readers(conn, wait_seconds)


def wait_for_readers(conn: psycopg.Connection[Any], wait_seconds: float | None = None) -> None:
    """Hold the tables of mart_previous, so that nobody's statement has one from there and one from the new mart.

    Raises WarehouseError when somebody reads for longer than six minutes, or `wait_seconds`.
    """
    if not _exists(conn, PREVIOUS):
        return
    schema, dbt = sql.Identifier(PREVIOUS), sql.Identifier(DBT)
    conn.execute(sql.SQL("grant usage on schema {} to {}").format(schema, dbt))
    hold_readers(conn, wait_seconds)
    conn.execute(sql.SQL("revoke usage on schema {} from {}").format(schema, dbt))


def rename_schemas(conn: psycopg.Connection[Any]) -> None:
    """The renames and rights of `swap_schemas`. The caller commits after `wait_for_readers` and at no other time."""
    if conn.autocommit and conn.info.transaction_status is psycopg.pq.TransactionStatus.IDLE:
        raise WarehouseError("swap_schemas needs a transaction, so that readers never meet half a swap")
    try:
        _take_publish_lock(conn)
        _require_swappable(conn)
        functions = _function_roles(conn)
        if _exists(conn, PUBLISHED):
            _rename(conn, PUBLISHED, PREVIOUS)
            _revoke(conn, PREVIOUS, (*functions, ANALYST, DBT, PUBLISHER))
        _rename(conn, CANDIDATE, PUBLISHED)
        _revoke(conn, PUBLISHED, (DBT, PUBLISHER))
        grant_mart(conn, functions)
        _create_candidate(conn)
    except psycopg.errors.LockNotAvailable:
        raise WarehouseError(
            "Another session is publishing, or holds a lock on the mart's schemas. Publish again when it has ended; "
            "the published mart is unchanged."
        ) from None


def grant_candidate(conn: psycopg.Connection[Any]) -> None:
    """What others may do with the candidate schema: dbt builds in it, gate and analyst look."""
    candidate = sql.Identifier(CANDIDATE)
    conn.execute(sql.SQL("grant usage, create on schema {} to {}").format(candidate, sql.Identifier(DBT)))
    conn.execute(
        sql.SQL("grant usage on schema {} to {}, {}").format(
            candidate, sql.Identifier(PUBLISHER), sql.Identifier(ANALYST)
        )
    )


def grant_mart(conn: psycopg.Connection[Any], functions: Iterable[str]) -> None:
    """Let the analyst and the function roles look into the published mart; its tables have grants of their own."""
    for role in (ANALYST, *functions):
        conn.execute(sql.SQL("grant usage on schema {} to {}").format(sql.Identifier(PUBLISHED), sql.Identifier(role)))


def published_to(conn: psycopg.Connection[Any]) -> list[str]:
    """Function roles that may use the published mart, sorted."""
    rows = conn.execute(
        """
        select roles.rolname
        from pg_catalog.pg_namespace as schemas
        cross join lateral aclexplode(schemas.nspacl) as rights
        inner join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
        where schemas.nspname = %s and rights.privilege_type = 'USAGE' and starts_with(roles.rolname, %s)
        order by roles.rolname
        """,
        [PUBLISHED, FUNCTION_PREFIX],
    ).fetchall()
    return [row[0] for row in rows]


def _function_roles(conn: psycopg.Connection[Any]) -> list[str]:
    """Those who may use the mart now; without a mart, those whom the agreement names."""
    if _exists(conn, PUBLISHED):
        return published_to(conn)
    rows = conn.execute(
        "select rolname from pg_roles inner join agreement.functions on rolname = %s || function"
        " where row_scope <> 'none' order by rolname",
        [FUNCTION_PREFIX],
    ).fetchall()
    return [row[0] for row in rows]


def _take_publish_lock(conn: psycopg.Connection[Any]) -> None:
    conn.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT)))
    conn.execute("select pg_advisory_xact_lock(%s)", [PUBLISH_LOCK])


def _require_swappable(conn: psycopg.Connection[Any]) -> None:
    if _exists(conn, PREVIOUS):
        raise WarehouseError("mart_previous is still there: call drop_previous before swap_schemas")
    row = conn.execute(
        "select count(*) from pg_class where relkind in ('r', 'p') and relnamespace = to_regnamespace(%s)", [CANDIDATE]
    ).fetchone()
    if not row or row[0] == 0:
        raise WarehouseError("The candidate mart holds no table, so there is nothing to publish: build it first")


def _create_candidate(conn: psycopg.Connection[Any]) -> None:
    conn.execute(
        sql.SQL("create schema {} authorization {}").format(sql.Identifier(CANDIDATE), sql.Identifier(MART_OWNER))
    )
    grant_candidate(conn)


def _revoke(conn: psycopg.Connection[Any], schema: str, roles: Iterable[str]) -> None:
    for role in roles:
        conn.execute(sql.SQL("revoke all on schema {} from {}").format(sql.Identifier(schema), sql.Identifier(role)))


def _rename(conn: psycopg.Connection[Any], old: str, new: str) -> None:
    conn.execute(sql.SQL("alter schema {} rename to {}").format(sql.Identifier(old), sql.Identifier(new)))


def _exists(conn: psycopg.Connection[Any], schema: str) -> bool:
    row = conn.execute("select to_regnamespace(%s) is not null", [schema]).fetchone()
    return bool(row and row[0])
