"""Roles as lines that name each control: what they may do, who is in which, who may connect, what all may do.

Compared with what the register of users and the set-up say (clauses SE-01, SE-02, TR-07, TR-08). The administrator who
owns the database is no part of this: who holds that role is the council's to keep.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg

from dagster_project.governance.mart_shape import MartShape
from dagster_project.warehouse.logins import LOG_RIGHTS, TOKEN_RIGHTS, Right
from dagster_project.warehouse.roles import (
    ACCESS_OWNER,
    FUNCTION_PREFIX,
    HOLD_CUSTODIAN,
    MART_OWNER,
    PIPELINE_LOGINS,
    PUBLISHER,
    WITHOUT_LOGIN,
)
from dagster_project.warehouse.swap import CANDIDATE, PREVIOUS, PUBLISHED

_ROLES = """
    select
        rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, not rolinherit
    from pg_catalog.pg_roles
    where rolname = any(%(ours)s) or starts_with(rolname, %(prefix)s)
"""
_POWERS = ("superuser", "passes by row security", "makes roles", "makes databases", "replicates", "does not inherit")
# The administrator made the roles, and a newer server makes it a member of each without any use of it.
_MEMBERS = """
    select members.rolname, granted.rolname, memberships.admin_option
    from pg_catalog.pg_auth_members as memberships
    inner join pg_catalog.pg_roles as granted on memberships.roleid = granted.oid
    inner join pg_catalog.pg_roles as members on memberships.member = members.oid
    where (members.rolname = any(%(ours)s) or granted.rolname = any(%(ours)s)
        or starts_with(members.rolname, %(prefix)s) or starts_with(granted.rolname, %(prefix)s))
        and members.oid <> (select datdba from pg_catalog.pg_database where datname = current_database())
"""
_MAY_CONNECT = """
    select rolname
    from pg_catalog.pg_roles
    where rolcanlogin and not rolsuper and has_database_privilege(oid, current_database(), 'connect')
        and oid <> (select datdba from pg_catalog.pg_database where datname = current_database())
"""
_DEFAULTS = "select coalesce(defaclrole::regrole::text, '') from pg_catalog.pg_default_acl"
# What everybody may do beyond the system's own schemas; a routine without a list of rights is everybody's.
_EVERYBODY = """
    select 'database ' || datname
    from pg_catalog.pg_database
    cross join lateral aclexplode(coalesce(datacl, acldefault('d', datdba))) as rights
    where rights.grantee = 0 and datname = current_database()
    union all
    select 'schema ' || nspname
    from pg_catalog.pg_namespace
    cross join lateral aclexplode(nspacl) as rights
    where rights.grantee = 0 and nspname <> all(%(system)s)
    union all
    select nspname || '.' || relname
    from pg_catalog.pg_class
    inner join pg_catalog.pg_namespace on relnamespace = pg_namespace.oid
    cross join lateral aclexplode(relacl) as rights
    where rights.grantee = 0 and nspname <> all(%(system)s)
    union all
    select nspname || '.' || proname || '()'
    from pg_catalog.pg_proc
    inner join pg_catalog.pg_namespace on pronamespace = pg_namespace.oid
    cross join lateral aclexplode(coalesce(proacl, acldefault('f', proowner))) as rights
    where rights.grantee = 0 and nspname <> all(%(system)s) and rights.privilege_type = 'EXECUTE'
"""
# What functions and users may do with schemas and routines, and with relations outside the mart.
_ELSEWHERE = """
    select roles.rolname, nspname || '.' || relname || ': ' || rights.privilege_type
    from pg_catalog.pg_class
    inner join pg_catalog.pg_namespace on relnamespace = pg_namespace.oid
    cross join lateral aclexplode(relacl) as rights
    inner join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
    where nspname <> all(%(mart)s) and (starts_with(roles.rolname, %(prefix)s) or roles.rolname = any(%(people)s))
    union all
    select roles.rolname, nspname || '.' || relname || '.' || attname || ': ' || rights.privilege_type
    from pg_catalog.pg_class
    inner join pg_catalog.pg_namespace on relnamespace = pg_namespace.oid
    inner join pg_catalog.pg_attribute on pg_class.oid = attrelid
    cross join lateral aclexplode(attacl) as rights
    inner join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
    where nspname <> all(%(mart)s) and (starts_with(roles.rolname, %(prefix)s) or roles.rolname = any(%(people)s))
    union all
    select roles.rolname, 'schema ' || nspname || ': ' || rights.privilege_type
    from pg_catalog.pg_namespace
    cross join lateral aclexplode(nspacl) as rights
    inner join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
    where starts_with(roles.rolname, %(prefix)s) or roles.rolname = any(%(people)s)
    union all
    select roles.rolname, nspname || '.' || proname || '(): ' || rights.privilege_type
    from pg_catalog.pg_proc
    inner join pg_catalog.pg_namespace on pronamespace = pg_namespace.oid
    cross join lateral aclexplode(proacl) as rights
    inner join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
    where starts_with(roles.rolname, %(prefix)s) or roles.rolname = any(%(people)s)
    union all
    select roles.rolname, 'database: ' || rights.privilege_type
    from pg_catalog.pg_database
    cross join lateral aclexplode(datacl) as rights
    inner join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
    where datname = current_database() and rights.privilege_type <> 'CONNECT'
        and (starts_with(roles.rolname, %(prefix)s) or roles.rolname = any(%(people)s))
"""
_TOKENS = """
    select proname, pg_get_userbyid(proowner), prosecdef, proconfig, btrim(prosrc, E' \\n')
    from pg_catalog.pg_proc
    where oid in (to_regprocedure('access.my_tokens(text, text)'), to_regprocedure('access.stopped_tokens()'))
"""
_USERS = "select login, function, is_enabled from access.users"
_SYSTEM = ("pg_catalog", "information_schema")
_MART = (PUBLISHED, CANDIDATE, PREVIOUS)
_TOKEN_FUNCTIONS = ("my_tokens", "stopped_tokens")
_TOKEN_SETTINGS = ["search_path=pg_catalog, pg_temp"]


def read_role_controls(conn: psycopg.Connection[Any], shape: MartShape) -> tuple[frozenset[str], frozenset[str]]:
    """The controls as the database has them, and as they are meant to be. `conn` is the publisher's."""
    users = conn.execute(_USERS).fetchall()
    people = [login for login, _, _ in users]
    names = {
        "ours": [*PIPELINE_LOGINS, *WITHOUT_LOGIN, *people],
        "people": people,
        "prefix": FUNCTION_PREFIX,
        "system": list(_SYSTEM),
        "mart": list(_MART),
    }
    return frozenset(_found(conn, names)), frozenset(_meant(shape, users))


def _found(conn: psycopg.Connection[Any], names: dict[str, Any]) -> Iterator[str]:
    for role, can_login, *powers in conn.execute(_ROLES.encode(), names).fetchall():
        if can_login:
            yield _login(role)
        yield from (f"role {role} {power}" for power, held in zip(_POWERS, powers, strict=True) if held)
    for member, granted, hands_on in conn.execute(_MEMBERS.encode(), names).fetchall():
        # Who keeps what a legal hold kept is for the administrator to name, among the users.
        if granted != HOLD_CUSTODIAN or member not in names["people"]:
            yield f"{member} is in {granted}{' and may hand it on' if hands_on else ''}"
    yield from (f"{login} may connect" for (login,) in conn.execute(_MAY_CONNECT).fetchall())
    yield from (f"default privileges of {role}" for (role,) in conn.execute(_DEFAULTS).fetchall())
    yield from (f"{place} is open to everybody" for (place,) in conn.execute(_EVERYBODY.encode(), names).fetchall())
    yield from (f"{role}: {right}" for role, right in conn.execute(_ELSEWHERE.encode(), names).fetchall())
    for name, owner, is_definer, settings, body in conn.execute(_TOKENS).fetchall():
        if (owner, is_definer, settings, body) == (ACCESS_OWNER, True, _TOKEN_SETTINGS, function_body(name)):
            yield _as_set_up(name)


def _meant(shape: MartShape, users: list[tuple[Any, ...]]) -> Iterator[str]:
    for login in PIPELINE_LOGINS:
        yield _login(login)
        yield f"{login} may connect"
    yield f"{PUBLISHER} is in {MART_OWNER}"
    for login, function, is_enabled in users:
        if is_enabled:
            yield _login(login)
            yield f"{login} is in {FUNCTION_PREFIX}{function}"
            yield f"{login} may connect"
    for function in shape.row_scopes:
        yield f"{FUNCTION_PREFIX}{function}: schema {PUBLISHED}: USAGE"
        yield from (_right(function, right) for right in TOKEN_RIGHTS)
    for function in shape.log_readers:
        yield from (_right(function, right) for right in LOG_RIGHTS)
    yield from (_as_set_up(name) for name in _TOKEN_FUNCTIONS)


@cache
def function_body(name: str) -> str:
    """The body of a function of the schema `access` as the set-up creates it."""
    ddl = files("dagster_project.warehouse").joinpath("ddl", "access.sql").read_text(encoding="utf-8")
    found = re.search(rf"function access\.{name}\(.*?\$\$(.*?)\$\$", ddl, re.DOTALL)
    return found[1].strip() if found else ""


def _as_set_up(name: str) -> str:
    return f"access.{name}() as set up"


def _right(function: str, right: Right) -> str:
    place = f"schema {right.place}" if right.kind == "schema" else re.sub(r"\(.*", "()", right.place)
    return f"{FUNCTION_PREFIX}{function}: {place}: {right.privilege.upper()}"


def _login(role: str) -> str:
    return f"role {role} logs in"
