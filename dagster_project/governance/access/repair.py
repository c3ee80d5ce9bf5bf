"""Putting access back as it is meant, where a hand has changed it: roles, rights, and the mart that people read.

Nothing is guessed: what is meant comes from the agreement that was published, the register of users and the set-up, as
in the gate. What only a person can decide, such as the powers of somebody else's role, is left and told (clause SE-01).
"""

from collections.abc import Iterable
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from dagster_project.agreement.model import file_sha256, load_agreement
from dagster_project.governance.access.controls import control_statements
from dagster_project.governance.access.functions import ensure_functions
from dagster_project.governance.access.judge import published_differences, standing_differences
from dagster_project.governance.access.role_controls import read_role_controls
from dagster_project.governance.decisions.steward import acting, required
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.mart_shape import MartShape, mart_shape
from dagster_project.settings import Settings
from dagster_project.warehouse.bootstrap import ensure_warehouse
from dagster_project.warehouse.connection import ADMIN, connect
from dagster_project.warehouse.lock import run_lock
from dagster_project.warehouse.roles import DBT
from dagster_project.warehouse.swap import PUBLISHED

_LAST = "select agreement_sha256 from control.publishes order by published_at desc limit 1"
_TABLES = """
    select relname, relkind::text
    from pg_catalog.pg_class
    where relnamespace = %s::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
"""
_GRANTEES = """
    select distinct coalesce(quote_ident(roles.rolname), 'public')
    from (
        select (aclexplode(relacl)).grantee from pg_catalog.pg_class where oid = %(table)s::regclass
        union
        select (aclexplode(attacl)).grantee from pg_catalog.pg_attribute where attrelid = %(table)s::regclass
    ) as given
    left join pg_catalog.pg_roles as roles on given.grantee = roles.oid
"""
_POLICIES = "select policyname from pg_catalog.pg_policies where schemaname = %s and tablename = %s"
_WAIT = "set local lock_timeout = '10s'"
_VIEWS: dict[str, LiteralString] = {"v": "drop view {}", "m": "drop materialized view {}"}
_MOST_LOGGED = 10


def check(settings: Settings) -> list[str]:
    """What is not as meant now, a line each: `missing: …`, `not meant: …`.

    Raises AgreementError for an agreement file that cannot be read.
    """
    with connect(settings, ADMIN) as conn:
        return standing_differences(conn, mart_shape(load_agreement(settings.agreement_file)))


def repair(settings: Settings, by: str, reason: str) -> tuple[list[str], list[str]]:
    """Put right what `check` finds; what it was, and what is left to a person. Readers wait for a moment.

    Raises:
        GovernanceError: nobody or no reason is named, the agreement is not the one that was published, somebody keeps
            reading the mart, or the database refuses.
        RunInProgress: a run is going on.
        WarehouseError: the set-up cannot be done again.
    """
    required(by, "Say who does this (--by): the person's name")
    why = required(reason, "Say why (--reason), without naming anybody whose data is held")
    shape = mart_shape(load_agreement(settings.agreement_file))
    with run_lock(settings):
        with connect(settings, ADMIN) as conn:
            _require_published_agreement(settings, conn)
            before = standing_differences(conn, shape)
        ensure_warehouse(settings, again=True)
        with acting(settings, by, "access_repair") as (conn, detail):
            _repair_roles(settings, conn, shape)
            if published_differences(conn):
                _repair_mart(conn, shape)
            left = standing_differences(conn, shape)
            detail |= {"reason": why, "found": len(before), "left": len(left), "first": before[:_MOST_LOGGED]}
    return before, left


def _require_published_agreement(settings: Settings, conn: psycopg.Connection[Any]) -> None:
    row = conn.execute(_LAST).fetchone()
    if row is None:
        raise GovernanceError("Nothing has been published yet: a run makes the rights")
    if row[0] != file_sha256(settings.agreement_file):
        raise GovernanceError(
            "The agreement has changed since the last publish, so it does not say what the published mart may show: put"
            " the file back, or run, which makes all rights anew"
        )


def _repair_roles(settings: Settings, conn: psycopg.Connection[Any], shape: MartShape) -> None:
    """First take what is not meant, then give what is missing: a right may have gone with another on the same table."""
    found, meant = read_role_controls(conn, shape)
    _try_each(conn, (statement for line, statement in found.items() if line not in meant))
    ensure_functions(conn, load_agreement(settings.agreement_file))
    found, meant = read_role_controls(conn, shape)
    _try_each(conn, (statement for line, statement in meant.items() if line not in found))


def _try_each(conn: psycopg.Connection[Any], statements: Iterable[sql.Composed | None]) -> None:
    """What an administrator who is no superuser may not do is left, and told as a difference."""
    for statement in statements:
        if statement is not None:
            try:
                with conn.transaction():
                    conn.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                continue


def _repair_mart(conn: psycopg.Connection[Any], shape: MartShape) -> None:
    """Rights and policies of every table made anew. Nobody reads views: one in the mart is taken away."""
    conn.execute(_WAIT)
    try:
        for name, kind in conn.execute(_TABLES, [PUBLISHED]).fetchall():
            place = sql.Identifier(PUBLISHED, name)
            if kind in _VIEWS:
                conn.execute(sql.SQL(_VIEWS[kind]).format(place))
            elif name in shape.tables:
                conn.execute(sql.SQL("alter table {} owner to {}").format(place, sql.Identifier(DBT)))
                _close(conn, name, place)
        for statement in control_statements(shape, PUBLISHED):
            conn.execute(statement)
    except psycopg.errors.LockNotAvailable:
        raise GovernanceError(
            "Somebody has been reading the published mart all the while, and its rights were not changed: ask them to"
            " close their report or session, then try again"
        ) from None


def _close(conn: psycopg.Connection[Any], table: str, place: sql.Identifier) -> None:
    """Take every right and policy from a table of the mart; its owner keeps what an owner has."""
    for (policy,) in conn.execute(_POLICIES, [PUBLISHED, table]).fetchall():
        conn.execute(sql.SQL("drop policy {} on {}").format(sql.Identifier(policy), place))
    for (grantee,) in conn.execute(_GRANTEES.encode(), {"table": f"{PUBLISHED}.{table}"}).fetchall():
        # The name is PostgreSQL's own spelling of it.
        conn.execute(sql.SQL(f"revoke all on {{}} from {grantee} cascade").format(place))  # type: ignore[arg-type]
    conn.execute(sql.SQL("grant all on {} to {}").format(place, sql.Identifier(DBT)))
