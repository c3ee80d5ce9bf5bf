"""Roles as lines that name each control: what they may do, who is in which, who may connect, what all may do.

Beside each line stands the statement that takes away what is there, or gives what is meant, where there is one.

Compared with what the register of users and the set-up say (clauses SE-01, SE-02, TR-07, TR-08). The administrator who
owns the database and the role that the server began with are no part of this: who holds those is the council's to keep.
Whoever else could pass by the rules is named as well.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from dagster_project.governance.access.outsiders import KEEPERS, not_vouched
from dagster_project.governance.mart_shape import MartShape
from dagster_project.warehouse import setup_controls
from dagster_project.warehouse.connection import DATABASE
from dagster_project.warehouse.logins import LOG_RIGHTS, PERSON_SETTINGS, TOKEN_RIGHTS, Right, right_statement
from dagster_project.warehouse.roles import (
    ACCESS_OWNER,
    FUNCTION_PREFIX,
    HOLD_CUSTODIAN,
    MART_OWNER,
    PIPELINE_LOGINS,
    PUBLISHER,
    WITHOUT_LOGIN,
)
from dagster_project.warehouse.swap import PUBLISHED

_ROLES = """
    select
        rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, not rolinherit
    from pg_catalog.pg_roles
    where rolname = any(%(ours)s) or starts_with(rolname, %(prefix)s)
"""
# What each is called, and what takes it away.
_POWERS: dict[str, LiteralString] = {
    "superuser": "nosuperuser",
    "passes by row security": "nobypassrls",
    "makes roles": "nocreaterole",
    "makes databases": "nocreatedb",
    "replicates": "noreplication",
    "does not inherit": "inherit",
}
# The administrator made the roles, and a newer server makes it a member of each without any use of it.
_MEMBERS = f"""
    select members.rolname, granted.rolname, memberships.admin_option
    from pg_catalog.pg_auth_members as memberships
    inner join pg_catalog.pg_roles as granted on memberships.roleid = granted.oid
    inner join pg_catalog.pg_roles as members on memberships.member = members.oid
    where (members.rolname = any(%(ours)s) or granted.rolname = any(%(ours)s)
        or starts_with(members.rolname, %(prefix)s) or starts_with(granted.rolname, %(prefix)s))
        and members.oid not in {KEEPERS}
"""  # noqa: S608 - our own words
_MAY_CONNECT = """
    select rolname
    from pg_catalog.pg_roles
    where rolcanlogin and not rolsuper and has_database_privilege(oid, current_database(), 'connect')
        and oid <> (select datdba from pg_catalog.pg_database where datname = current_database())
"""
_DEFAULTS = "select coalesce(defaclrole::regrole::text, '') from pg_catalog.pg_default_acl"
# What everybody may do beyond the system's own schemas; a routine without a list of rights is everybody's.
_EVERYBODY = """
    select 'database ' || datname, 'database ' || quote_ident(datname)
    from pg_catalog.pg_database
    cross join lateral aclexplode(coalesce(datacl, acldefault('d', datdba))) as rights
    where rights.grantee = 0 and datname = current_database()
    union all
    select 'schema ' || nspname, 'schema ' || quote_ident(nspname)
    from pg_catalog.pg_namespace
    cross join lateral aclexplode(nspacl) as rights
    where rights.grantee = 0 and nspname <> all(%(system)s)
    union all
    select nspname || '.' || relname, pg_class.oid::regclass::text
    from pg_catalog.pg_class
    inner join pg_catalog.pg_namespace on relnamespace = pg_namespace.oid
    cross join lateral aclexplode(relacl) as rights
    where rights.grantee = 0 and nspname <> all(%(system)s)
    union all
    select nspname || '.' || proname || '()', 'routine ' || pg_proc.oid::regprocedure
    from pg_catalog.pg_proc
    inner join pg_catalog.pg_namespace on pronamespace = pg_namespace.oid
    cross join lateral aclexplode(coalesce(proacl, acldefault('f', proowner))) as rights
    where rights.grantee = 0 and nspname <> all(%(system)s) and rights.privilege_type = 'EXECUTE'
    union all
    select 'parameter ' || parname, 'parameter ' || parname
    from pg_catalog.pg_parameter_acl
    cross join lateral aclexplode(paracl) as rights
    where rights.grantee = 0
"""
_TOKENS = """
    select proname, pg_get_userbyid(proowner), prosecdef, proconfig, btrim(prosrc, E' \\n')
    from pg_catalog.pg_proc
    where oid in (to_regprocedure('access.my_tokens(text, text)'), to_regprocedure('access.stopped_tokens()'))
"""
# A session that begins otherwise might write, or print its statements into the server's log.
_SETTINGS = """
    select rolname, lower(setting)
    from pg_catalog.pg_db_role_setting
    inner join pg_catalog.pg_roles on setrole = pg_roles.oid
    cross join lateral unnest(setconfig) as setting
    where rolname = any(%(people)s)
        and setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
"""
_USERS = "select login, function, is_enabled from access.users"
_SYSTEM = ("pg_catalog", "information_schema")
_TOKEN_FUNCTIONS = ("my_tokens", "stopped_tokens")
_TOKEN_SETTINGS = ["search_path=pg_catalog, pg_temp"]


# A control in words, and the statement that puts it right.
Controls = dict[str, sql.Composed | None]


def read_role_controls(conn: psycopg.Connection[Any], shape: MartShape) -> tuple[Controls, Controls]:
    """The controls as the database has them, and as they are meant to be. `conn` is the publisher's or administrator's.

    A statement takes away what is there, or gives what is meant; None where only a person can say what to do, or the
    set-up gives it.
    """
    users = conn.execute(_USERS).fetchall()
    people = [login for login, _, _ in users]
    names = {
        "ours": [*PIPELINE_LOGINS, *WITHOUT_LOGIN, *people],
        "people": people,
        "prefix": FUNCTION_PREFIX,
        "system": list(_SYSTEM),
    }
    return dict(_found(conn, names)), dict(_meant(shape, users)) | dict.fromkeys(setup_controls.kept(conn))


def _found(conn: psycopg.Connection[Any], names: dict[str, Any]) -> Iterator[tuple[str, sql.Composed | None]]:
    for role, can_login, *powers in conn.execute(_ROLES.encode(), names).fetchall():
        if can_login:
            yield _login(role), _statement("alter role {} nologin", role)
        for (power, without), held in zip(_POWERS.items(), powers, strict=True):
            if held:
                yield f"role {role} {power}", sql.SQL("alter role {} {}").format(sql.Identifier(role), sql.SQL(without))
    for member, granted, hands_on in conn.execute(_MEMBERS.encode(), names).fetchall():
        # Who keeps what a legal hold kept is for the administrator to name, among the users.
        if granted != HOLD_CUSTODIAN or member not in names["people"]:
            line = f"{member} is in {granted}{' and may hand it on' if hands_on else ''}"
            yield line, _statement("revoke {} from {} cascade", granted, member)
    for (login,) in conn.execute(_MAY_CONNECT).fetchall():
        yield f"{login} may connect", _statement("revoke connect on database {} from {}", DATABASE, login)
    for place, target in conn.execute(_EVERYBODY.encode(), names).fetchall():
        yield f"{place} is open to everybody", setup_controls.revocation(target, None)
    for given in setup_controls.read_rights(conn):
        yield given.control, setup_controls.revocation(given.target, given.role)
    for login, setting in conn.execute(_SETTINGS.encode(), names).fetchall():
        yield _setting(login, setting), _statement("alter role {} reset {}", login, setting.partition("=")[0])
    yield from ((f"default privileges of {role}", None) for (role,) in conn.execute(_DEFAULTS).fetchall())
    yield from ((line, None) for line in (*not_vouched(conn, names["people"]), *setup_controls.read_laid_out(conn)))
    for name, owner, is_definer, settings, body in conn.execute(_TOKENS).fetchall():
        if (owner, is_definer, settings, body) == (ACCESS_OWNER, True, _TOKEN_SETTINGS, function_body(name)):
            yield _as_set_up(name), None


def _meant(shape: MartShape, users: list[tuple[Any, ...]]) -> Iterator[tuple[str, sql.Composed | None]]:
    for login in PIPELINE_LOGINS:
        yield from _lets_in(login)
    yield f"{PUBLISHER} is in {MART_OWNER}", _statement("grant {} to {}", MART_OWNER, PUBLISHER)
    for login, function, is_enabled in users:
        for name, value in PERSON_SETTINGS.items():
            words = sql.SQL("alter role {} set {} = {}")
            statement = words.format(sql.Identifier(login), sql.Identifier(name), sql.Literal(value))
            yield _setting(login, f"{name}={value}".lower()), statement
        if is_enabled:
            yield from _lets_in(login)
            role = FUNCTION_PREFIX + function
            yield f"{login} is in {role}", _statement("grant {} to {}", role, login)
    for function in shape.row_scopes:
        yield from (_right(function, right) for right in (Right("usage", "schema", PUBLISHED), *TOKEN_RIGHTS))
    for function in shape.log_readers:
        yield from (_right(function, right) for right in LOG_RIGHTS)
    yield from ((_as_set_up(name), None) for name in _TOKEN_FUNCTIONS)


def _lets_in(login: str) -> Iterator[tuple[str, sql.Composed]]:
    yield _login(login), _statement("alter role {} login", login)
    yield f"{login} may connect", _statement("grant connect on database {} to {}", DATABASE, login)


@cache
def function_body(name: str) -> str:
    """The body of a function of the schema `access` as the set-up creates it."""
    ddl = files("dagster_project.warehouse").joinpath("ddl", "access.sql").read_text(encoding="utf-8")
    found = re.search(rf"function access\.{name}\(.*?\$\$(.*?)\$\$", ddl, re.DOTALL)
    return found[1].strip() if found else ""


def _as_set_up(name: str) -> str:
    return f"access.{name}() as set up"


def _right(function: str, right: Right) -> tuple[str, sql.Composed]:
    role = FUNCTION_PREFIX + function
    place = f"schema {right.place}" if right.kind == "schema" else re.sub(r"\(.*", "()", right.place)
    return f"{role}: {place}: {right.privilege.upper()}", right_statement(right, role, given=True)


def _statement(words: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(words).format(*map(sql.Identifier, names))


def _setting(login: str, setting: str) -> str:
    return f"role {login}: setting {setting}"


def _login(role: str) -> str:
    return f"role {role} logs in"
