"""The users of the combined data: one login per named person, with exactly one function (clauses SE-01, SE-02).

Who is not in the register is not let in; a login that stands beside it stops the next publish.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from dagster_project.agreement.model import Agreement, Function
from dagster_project.clock import london_today, utc_now
from dagster_project.governance.access import scopes
from dagster_project.governance.access.passwords import new_password, require_strong
from dagster_project.governance.access.scopes import Scope
from dagster_project.governance.decisions.steward import acting, required
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect
from dagster_project.warehouse.login_names import refuse_generic
from dagster_project.warehouse.logins import (
    close_login,
    end_sessions,
    give_function,
    open_login,
)
from dagster_project.warehouse.roles import set_verifier

RECERTIFY_DAYS = 92
_KNOWN = "select full_name, function, is_enabled from access.users where login = %s"
_ACCOUNT = "insert into access.accounts (login, full_name, added_at, added_by) values (%s, %s, %s, %s)"
_FUNCTION = "insert into access.user_functions (login, function, held_from) values (%s, %s, %s)"
_END_FUNCTION = "update access.user_functions set held_until = %s where login = %s and held_until is null"
_CONFIRM = "insert into access.recertifications (login, confirmed_by, confirmed_on) values (%s, %s, %s)"
_SEES_PEOPLE = """
    select
    from access.users
    inner join control.published_functions as functions on users.function = functions.function
    where users.login = %s and functions.row_scope <> 'none'
"""
_IN_SCOPE = "select count(distinct person_key) from control.who_could_see where login = %s and until is null"
_USERS = """
    select
        login, full_name, function, is_enabled, coalesce(recertified_on, function_since::date) as looked_at_on,
        array(
            select partner from access.user_partners as held
            where held.login = users.login and held_until is null order by partner
        )
        || array(
            select concat_ws('/', partner, team, nullif(worker, '')) from access.user_caseloads as held
            where held.login = users.login and held_until is null order by partner, team, worker
        )
    from access.users
    order by login
"""


@dataclass(frozen=True)
class User:
    """A user as the register has them. `scope` are partners and caseloads; `due_on` the day to be looked at again."""

    login: str
    full_name: str
    function: str
    is_enabled: bool
    scope: tuple[str, ...]
    due_on: date


def add(
    settings: Settings,
    agreement: Agreement,
    login: str,
    full_name: str,
    function: str,
    scope: Scope,
    by: str,
    password: str | None = None,
) -> str:
    """Let a person in, and return the password, which is kept nowhere. A leaver who comes back is let in again.

    Raises:
        GovernanceError: an unknown function, a scope that does not fit it, a login that stands or was another
            person's, a weak password, or no name.
        WarehouseError: a generic or system name, or a role of somebody else's.
        AgreementError: a partner that the agreement does not have.
    """
    name = required(full_name, "Say whose login it is (--name): the person's name")
    chosen = _function(agreement, function)
    scopes.require_fitting(agreement, chosen, scope)
    refuse_generic(login)
    secret = _password(agreement, login, name, password)
    with acting(settings, by, "user_add", login) as (conn, detail):
        known = conn.execute(_KNOWN, [login]).fetchone()
        if known is not None and known[2]:
            raise GovernanceError(f"{login} is a user already: 'hearthlink user move' changes function or scope")
        if known is not None and known[0] != name:
            raise GovernanceError(f"{login} was the login of somebody else and is never given again: choose another")
        open_login(conn, login, function, secret)
        now = utc_now()
        if known is None:
            conn.execute(_ACCOUNT, [login, name, now, by.strip()])
        _give(conn, login, chosen, scope, now, detail)
    return secret


def move(settings: Settings, agreement: Agreement, login: str, function: str, scope: Scope, by: str) -> None:
    """Give a user another function or scope, in place of the one they hold. Their open sessions end.

    Raises: as `add`, and GovernanceError for a login that is no user.
    """
    chosen = _function(agreement, function)
    scopes.require_fitting(agreement, chosen, scope)
    with _changing(settings, by, "user_move", login) as (conn, detail, _):
        now = utc_now()
        give_function(conn, login, function)
        _end(conn, login, now)
        _give(conn, login, chosen, scope, now, detail)


def disable(settings: Settings, login: str, by: str) -> None:
    """Let a leaver in no more: at once, and whatever session they have open ends.

    Raises GovernanceError for a login that is no user.
    """
    with _changing(settings, by, "user_disable", login) as (conn, _, _):
        _end(conn, login, utc_now())
        close_login(conn, login)


def rotate_password(settings: Settings, agreement: Agreement, login: str, by: str, password: str | None = None) -> str:
    """Replace a user's password, and return the new one, which is kept nowhere. Their open sessions end.

    Raises GovernanceError for a login that is no user, or a weak password.
    """
    with _changing(settings, by, "user_rotate_password", login) as (conn, _, full_name):
        secret = _password(agreement, login, full_name, password)
        set_verifier(conn, login, secret)
    return secret


def recertify(settings: Settings, login: str, by: str, today: date | None = None) -> None:
    """Confirm that a user still needs what they hold; done every quarter, by somebody else than the user.

    Raises GovernanceError for a login that is no user, or a user who confirms their own.
    """
    with acting(settings, by, "user_recertify", login) as (conn, _):
        full_name = _require_enabled(conn, login)
        if by.strip().casefold() in (login, full_name.casefold()):
            raise GovernanceError("Nobody confirms their own access: ask the user's manager or the data steward")
        conn.execute(_CONFIRM, [login, by.strip(), today or london_today()])


def users(conn: psycopg.Connection[Any]) -> list[User]:
    """Everybody who is or was a user, by login. `conn` is the administrator's or the publisher's."""
    return [
        User(login, name, function, enabled, tuple(scope), looked_at + timedelta(days=RECERTIFY_DAYS))
        for login, name, function, enabled, looked_at, scope in conn.execute(_USERS.encode()).fetchall()
    ]


def overdue(conn: psycopg.Connection[Any], day: date) -> int:
    """How many users' access nobody has confirmed by that day."""
    return sum(user.is_enabled and user.due_on <= day for user in users(conn))


def people_in_scope(settings: Settings, login: str) -> int | None:
    """How many people the published mart shows to a user now; None for a function that sees nobody."""
    with connect(settings, ADMIN) as conn:
        row = conn.execute(_SEES_PEOPLE, [login]).fetchone()
        if row is None:
            return None
        return conn.execute(_IN_SCOPE, [login]).fetchall()[0][0]


def listing(settings: Settings) -> list[User]:
    """The register of users."""
    with connect(settings, ADMIN) as conn:
        return users(conn)


@contextmanager
def _changing(
    settings: Settings, by: str, action: str, login: str
) -> Iterator[tuple[psycopg.Connection[Any], dict[str, Any], str]]:
    """A change of an enabled user, whose name is the third; after it none of their sessions goes on."""
    with acting(settings, by, action, login) as (conn, detail):
        full_name = _require_enabled(conn, login)
        yield conn, detail, full_name
    with connect(settings, ADMIN, autocommit=True) as conn:
        end_sessions(conn, login)


def _require_enabled(conn: psycopg.Connection[Any], login: str) -> str:
    known = conn.execute(_KNOWN, [login]).fetchone()
    if known is None or not known[2]:
        raise GovernanceError(f"{login} is no user now: see 'hearthlink user list'")
    return known[0]


def _give(
    conn: psycopg.Connection[Any], login: str, function: Function, scope: Scope, now: datetime, detail: dict[str, Any]
) -> None:
    conn.execute(_FUNCTION, [login, function.id, now])
    scopes.give(conn, login, scope, now)
    detail |= {"function": function.id, "partners": list(scope.partners), "caseloads": len(scope.caseloads)}


def _end(conn: psycopg.Connection[Any], login: str, now: datetime) -> None:
    conn.execute(_END_FUNCTION, [now, login])
    scopes.end(conn, login, now)


def _function(agreement: Agreement, name: str) -> Function:
    for function in agreement.functions:
        if function.id == name:
            return function
    known = ", ".join(function.id for function in agreement.functions)
    raise GovernanceError(f"{name} is no function of the agreement: use one of {known}")


def _password(agreement: Agreement, login: str, full_name: str, given: str | None) -> str:
    names = [login.replace("_", " "), full_name, "hearthlink", agreement.agreement.id.replace("_", " ")]
    names += [word for partner in agreement.partners for word in partner.name.split() if len(word) > 3]
    if given is None:
        return new_password(names)
    require_strong(given, names)
    return given
