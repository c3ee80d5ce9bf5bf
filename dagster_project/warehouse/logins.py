"""Function roles and named people's logins: who may read the published mart."""

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import psycopg
from psycopg import sql

from dagster_project.warehouse.connection import DATABASE
from dagster_project.warehouse.login_names import LoginRefused, refuse_generic
from dagster_project.warehouse.roles import FUNCTION_PREFIX, ensure_role, is_superuser, set_role_settings, set_verifier
from dagster_project.warehouse.swap import PUBLISHED, grant_mart

_FUNCTION = re.compile(r"[a-z][a-z0-9_]{0,59}")

# A person reads; a report left open over lunch must not hold up the next publish for ever.
PERSON_SETTINGS = {
    "default_transaction_read_only": "on",
    "search_path": PUBLISHED,
    "client_min_messages": "error",
    "statement_timeout": "10min",
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "Europe/London",
}


class Right(NamedTuple):
    """A right on a schema, a table or a function."""

    privilege: str
    kind: Literal["schema", "table", "function"]
    place: str


# What row policies call on behalf of the reader.
TOKEN_RIGHTS = (
    Right("usage", "schema", "access"),
    Right("execute", "function", "access.my_tokens(text, text)"),
    Right("execute", "function", "access.stopped_tokens()"),
)
# The logs and the evidence: what an auditor reads instead of the mart.
_LOGS = (
    "access.user_caseloads",
    "access.user_functions",
    "access.user_partners",
    "access.users",
    "access.recertifications",
    "control.access_log",
    "control.attestations",
    "control.evidence_packs",
    "control.gate_runs",
    "control.gate_verdicts",
    "control.publishes",
    "control.who_could_see",
)
LOG_RIGHTS = (
    Right("usage", "schema", "access"),
    Right("usage", "schema", "control"),
    Right("execute", "function", "control.check_access_log()"),
    *(Right("select", "table", table) for table in _LOGS),
)
_END_ATTEMPTS = 50
_END_PAUSE_SECONDS = 0.1


def function_role(function: str) -> str:
    """Name of the database role of an agreement's function. Raises LoginRefused for an unusable name."""
    if not _FUNCTION.fullmatch(function):
        raise LoginRefused("A function's name has lower case letters, digits and underscores, at most sixty.")
    return FUNCTION_PREFIX + function


def ensure_function_roles(
    conn_admin: psycopg.Connection[Any],
    readers: Iterable[str],
    others: Iterable[str] = (),
    auditors: Iterable[str] = (),
) -> None:
    """One role without login per function. `readers` may use the published mart, `others` may not, as may nobody else.

    What a role may read inside is granted per column where the tables are built. `auditors`, of either kind, read
    the logs and the evidence.
    """
    wanted, shut = [function_role(name) for name in readers], [function_role(name) for name in others]
    reading_logs = [function_role(name) for name in auditors]
    with conn_admin.transaction():
        for role in (*wanted, *shut):
            ensure_role(conn_admin, role, login=False)
            rights = {*(TOKEN_RIGHTS if role in wanted else ()), *(LOG_RIGHTS if role in reading_logs else ())}
            for right in {*TOKEN_RIGHTS, *LOG_RIGHTS}:
                _set_right(conn_admin, right, role, given=right in rights)
        for role in set(_all_function_roles(conn_admin)) - set(wanted):
            _set_right(conn_admin, Right("usage", "schema", PUBLISHED), role, given=False)
        for role in set(_all_function_roles(conn_admin)) - {*wanted, *shut}:
            for right in {*TOKEN_RIGHTS, *LOG_RIGHTS}:
                _set_right(conn_admin, right, role, given=False)
        grant_mart(conn_admin, wanted)


def right_statement(right: Right, role: str, *, given: bool) -> sql.Composed:
    """What gives a right to a role, or takes it."""
    # The places are our own words, written above; a schema's or function's name is not to be quoted with its arguments.
    words = f"{right.privilege} on {right.kind} {right.place} {'to' if given else 'from'} "
    return sql.SQL(f"{'grant' if given else 'revoke'} {words}") + sql.Identifier(role)  # type: ignore[arg-type]


def open_login(conn: psycopg.Connection[Any], login: str, function: str, password: str) -> None:
    """Let one named person in, with one function: a new login, or one that is changed to this function and password.

    Raises LoginRefused for a generic, system or malformed name, a name that somebody else's role has, or a
    function without a role.
    """
    refuse_generic(login)
    _reopen(conn, login)
    ensure_role(conn, login, login=True)
    give_function(conn, login, function)
    conn.execute(sql.SQL("grant connect on database {} to {}").format(sql.Identifier(DATABASE), sql.Identifier(login)))
    set_role_settings(conn, login, PERSON_SETTINGS)
    set_verifier(conn, login, password)


def give_function(conn: psycopg.Connection[Any], login: str, function: str) -> None:
    """The login's one function from now on. Raises LoginRefused for a function without a role."""
    role = function_role(function)
    if conn.execute("select from pg_roles where rolname = %s", [role]).fetchone() is None:
        raise LoginRefused(f"There is no function {function} in the warehouse: run once with the agreement.")
    _leave_other_roles(conn, login, role)
    conn.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(login)))


def close_login(conn: psycopg.Connection[Any], login: str) -> None:
    """Let the person in no more: no login, no password, no function. The role stays, and with it the name."""
    role = sql.Identifier(login)
    conn.execute(sql.SQL("alter role {} nologin password null").format(role))
    conn.execute(sql.SQL("revoke connect on database {} from {}").format(sql.Identifier(DATABASE), role))
    _leave_other_roles(conn, login, "")


def end_sessions(conn: psycopg.Connection[Any], login: str) -> None:
    """End what the login has open now. `conn` is the administrator's, in autocommit.

    Raises LoginRefused when sessions are still there after some seconds.
    """
    with _member_of(conn, login):
        for _ in range(_END_ATTEMPTS):
            rows = conn.execute(
                "select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where usename = %s", [login]
            ).fetchall()
            if not rows:
                return
            time.sleep(_END_PAUSE_SECONDS)
    raise LoginRefused(f"Sessions of {login} did not end: end them by hand (pg_stat_activity shows them).")


def _all_function_roles(conn: psycopg.Connection[Any]) -> list[str]:
    """Those of functions that have left the agreement as well."""
    found = conn.execute("select rolname from pg_catalog.pg_roles where starts_with(rolname, %s)", [FUNCTION_PREFIX])
    return [role for (role,) in found.fetchall()]


def _set_right(conn: psycopg.Connection[Any], right: Right, role: str, *, given: bool) -> None:
    conn.execute(right_statement(right, role, given=given))


def _leave_other_roles(conn: psycopg.Connection[Any], login: str, role: str) -> None:
    rows = conn.execute(
        """
        select granted.rolname
        from pg_catalog.pg_auth_members as memberships
        inner join pg_catalog.pg_roles as granted on memberships.roleid = granted.oid
        inner join pg_catalog.pg_roles as members on memberships.member = members.oid
        where members.rolname = %s and granted.rolname <> %s
        """,
        [login, role],
    ).fetchall()
    for (other,) in rows:
        if not other.startswith(FUNCTION_PREFIX):
            raise LoginRefused(
                f"The database role {login} exists already and is a member of {other}, so it is not Hearthlink's. "
                "Choose another name for this person."
            )
        conn.execute(sql.SQL("revoke {} from {}").format(sql.Identifier(other), sql.Identifier(login)))


def _reopen(conn: psycopg.Connection[Any], login: str) -> None:
    """A login that was closed is the same person's again; who may have it, the register of users says."""
    row = conn.execute("select rolcanlogin from pg_catalog.pg_roles where rolname = %s", [login]).fetchone()
    if row is not None and not row[0]:
        conn.execute(sql.SQL("alter role {} login").format(sql.Identifier(login)))


@contextmanager
def _member_of(conn: psycopg.Connection[Any], login: str) -> Iterator[None]:
    """An administrator who is no superuser may end the sessions of a role as its member, and is one for as long."""
    if is_superuser(conn):
        yield
        return
    role = sql.Identifier(login)
    conn.execute(sql.SQL("grant {} to current_user").format(role))
    try:
        yield
    finally:
        conn.execute(sql.SQL("revoke {} from current_user").format(role))
