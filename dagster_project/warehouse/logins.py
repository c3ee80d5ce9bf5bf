"""Function roles and named people's logins: who may read the published mart."""

import re
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, DATABASE, connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.roles import FUNCTION_PREFIX, ensure_role, set_password, set_role_settings
from dagster_project.warehouse.swap import PUBLISHED, grant_mart, published_to

# Clause TR-08: user names are defined people's, never generic or of a system.
GENERIC_NAMES = [
    "account",
    "accounts",
    "admin",
    "administrator",
    "analyst",
    "api",
    "app",
    "backup",
    "batch",
    "bi",
    "bot",
    "council",
    "dashboard",
    "data",
    "database",
    "db",
    "dba",
    "default",
    "demo",
    "ftp",
    "guest",
    "hearthlink",
    "helpdesk",
    "housing",
    "info",
    "it",
    "job",
    "login",
    "mail",
    "manager",
    "office",
    "officer",
    "operator",
    "owner",
    "postgres",
    "power",
    "powerbi",
    "public",
    "read",
    "reader",
    "report",
    "reporting",
    "reports",
    "robot",
    "root",
    "scheduler",
    "service",
    "services",
    "sftp",
    "shared",
    "social",
    "staff",
    "superuser",
    "support",
    "svc",
    "sys",
    "sysadmin",
    "system",
    "team",
    "temp",
    "test",
    "tester",
    "training",
    "user",
    "users",
    "web",
    "worker",
]
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,62}")
_RESERVED_PREFIXES = ("hl_", "pg_", FUNCTION_PREFIX)
_GENERIC = re.compile(rf"(?:{'|'.join(sorted(GENERIC_NAMES, key=len, reverse=True))})+")
_FUNCTION = re.compile(r"[a-z][a-z0-9_]{0,59}")

# A person reads; a report left open over lunch must not hold up the next publish for ever.
_PERSON_SETTINGS = {
    "default_transaction_read_only": "on",
    "search_path": PUBLISHED,
    "client_min_messages": "error",
    "statement_timeout": "10min",
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "Europe/London",
}


class LoginRefused(WarehouseError):
    """The name or function of a login breaks a rule."""


def function_role(function: str) -> str:
    """Name of the database role of an agreement's function. Raises LoginRefused for an unusable name."""
    if not _FUNCTION.fullmatch(function):
        raise LoginRefused("A function's name has lower case letters, digits and underscores, at most sixty.")
    return FUNCTION_PREFIX + function


def ensure_function_roles(conn_admin: psycopg.Connection[Any], functions: list[str]) -> None:
    """One role without login per function, with the right to use the published mart; others lose that right.

    What a role may read inside is granted per column where the tables are built.
    """
    wanted = [function_role(function) for function in functions]
    with conn_admin.transaction():
        for role in wanted:
            ensure_role(conn_admin, role, login=False)
        for role in set(published_to(conn_admin)) - set(wanted):
            conn_admin.execute(
                sql.SQL("revoke all on schema {} from {}").format(sql.Identifier(PUBLISHED), sql.Identifier(role))
            )
        grant_mart(conn_admin, wanted)


def ensure_person_login(settings: Settings, login: str, function: str) -> None:
    """A login for one named person, with one function. Its password is in the secrets folder.

    Called again with another function, the person changes function.
    Raises LoginRefused for a generic, system or malformed name, a name that somebody else's role has, or a
    function without a role.
    """
    refuse_generic(login)
    role = function_role(function)
    with connect(settings, ADMIN) as conn:
        if conn.execute("select from pg_roles where rolname = %s", [role]).fetchone() is None:
            raise LoginRefused(f"There is no function {function} in the warehouse: run once with the agreement.")
        ensure_role(conn, login, login=True)
        _leave_other_roles(conn, login, role)
        conn.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(login)))
        conn.execute(
            sql.SQL("grant connect on database {} to {}").format(sql.Identifier(DATABASE), sql.Identifier(login))
        )
        set_role_settings(conn, login, _PERSON_SETTINGS)
        set_password(conn, settings, login)


def refuse_generic(login: str) -> None:
    """Raises LoginRefused unless the name can be a person's: `name.surname` or the like (clauses TR-07, TR-08)."""
    if not _LOGIN.fullmatch(login):
        raise LoginRefused(
            "A login is three to 63 characters: lower case letters, digits, dot, hyphen, underscore, a letter first."
        )
    words = [word for word in (part.rstrip("0123456789") for part in re.split(r"[._-]", login)) if word]
    generic = [bool(_GENERIC.fullmatch(word)) for word in words]
    # A generic word may be somebody's surname, so it counts when it leads or stands alone.
    if login.startswith(_RESERVED_PREFIXES) or generic[0] or all(generic):
        raise LoginRefused(
            f"The login {login} is a generic or system name; logins belong to named people. Use the person's name, "
            "such as name.surname."
        )


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
