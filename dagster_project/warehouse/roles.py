"""The pipeline's roles: who they are, and that nobody holds more than meant."""

from typing import Any

import psycopg
from psycopg import sql

from dagster_project.settings import Settings
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.secrets_store import generate_password, password_file, read_password, write_password

LOADER = "hl_loader"
DBT = "hl_dbt"
PUBLISHER = "hl_publisher"
ANALYST = "hl_analyst"
MART_OWNER = "hl_mart_owner"
LOG_OWNER = "hl_log_owner"
ACCESS_OWNER = "hl_access_owner"
# Who may read what is kept for a legal hold; granted to named persons by the administrator.
HOLD_CUSTODIAN = "hl_hold_custodian"
OWNERS = (MART_OWNER, LOG_OWNER, ACCESS_OWNER)
# Roles of the set-up that nobody logs in as.
WITHOUT_LOGIN = (*OWNERS, HOLD_CUSTODIAN)
PIPELINE_LOGINS = (LOADER, DBT, PUBLISHER, ANALYST)
FUNCTION_PREFIX = "fn_"

_POWERS = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
# A publish waits for whoever reads, so nobody may leave a transaction open for long.
_ANALYST_SETTINGS = {"default_transaction_read_only": "on", "idle_in_transaction_session_timeout": "5min"}
# From this version on, whoever creates a role may grant it but not act as it, unless told otherwise.
_VERSION_WITH_SET_OPTION = 160000


def ensure_pipeline_roles(conn: psycopg.Connection[Any], settings: Settings) -> None:
    """Create the pipeline logins and the owners without login, and give each login its stored password.

    Raises WarehouseError when a role of that name exists already with powers that it must not have.
    """
    for owner in WITHOUT_LOGIN:
        ensure_role(conn, owner, login=False)
    for login in PIPELINE_LOGINS:
        ensure_role(conn, login, login=True)
        set_password(conn, settings, login)
    conn.execute(_grant(MART_OWNER, PUBLISHER))
    set_role_settings(conn, ANALYST, _ANALYST_SETTINGS)
    set_role_settings(conn, DBT, _for_builds(conn))
    _let_admin_act_as(conn, (*OWNERS, *PIPELINE_LOGINS))


def ensure_role(conn: psycopg.Connection[Any], name: str, *, login: bool) -> bool:
    """Create a role without powers. True when it is new.

    Raises WarehouseError when it exists with a power (superuser, BYPASSRLS, CREATEROLE, CREATEDB, REPLICATION)
    or logs in where it must not.
    """
    row = conn.execute(
        "select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication "
        "from pg_roles where rolname = %s",
        [name],
    ).fetchone()
    if row is None:
        kind = sql.SQL("login" if login else "nologin")
        conn.execute(sql.SQL("create role {} {}").format(sql.Identifier(name), kind))
        return True
    found = [power for power, held in zip(_POWERS, row[1:], strict=True) if held]
    if row[0] != login:
        found.append("rolcanlogin" if row[0] else "no rolcanlogin")
    if found:
        raise WarehouseError(
            f"The database role {name} exists already and has {', '.join(found)}, which it must not. "
            "Rename or drop that role, or use another server."
        )
    return False


def set_password(conn: psycopg.Connection[Any], settings: Settings, login: str) -> None:
    """Give a login its stored password, made now if there is none."""
    if not password_file(settings, login).is_file():
        write_password(settings, login, generate_password())
    set_verifier(conn, login, read_password(settings, login))


def set_verifier(conn: psycopg.Connection[Any], login: str, password: str) -> None:
    """Give a login a password. Only the SCRAM verifier goes to the server."""
    verifier = conn.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
    conn.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(login), sql.Literal(verifier)))


def set_role_settings(conn: psycopg.Connection[Any], role: str, values: dict[str, str]) -> None:
    """Settings that each of a role's sessions begins with."""
    for name, value in values.items():
        conn.execute(_setting(role, name, value))


def is_superuser(conn: psycopg.Connection[Any]) -> bool:
    """Whether the session's role is a superuser."""
    row = conn.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])


def _for_builds(conn: psycopg.Connection[Any]) -> dict[str, str]:
    """What a build wants: room for joins of whole tables, hash joins alone, several processes, and quick statistics.

    Where the planner expects a handful of rows and meets a million, a plan that looks one row up at a time takes hours
    instead of seconds, and one that sorts both sides twice as long; built tables have no index that either could use.
    """
    found = {"enable_nestloop": "off", "enable_mergejoin": "off", "default_statistics_target": "25"}
    # Postgres takes rows to be dear to pass from process to process; measured here they are not.
    found |= {"parallel_tuple_cost": "0.01", "parallel_setup_cost": "500"}
    row = conn.execute("select 4 * setting::int from pg_settings where name = 'work_mem'").fetchone()
    return found | ({"work_mem": f"{row[0]}kB"} if row else {})


def _let_admin_act_as(conn: psycopg.Connection[Any], roles: tuple[str, ...]) -> None:
    """An administrator who is no superuser creates schemas for other owners and grants on them as their member."""
    if is_superuser(conn):
        return
    option = sql.SQL(" with inherit true, set true" if conn.info.server_version >= _VERSION_WITH_SET_OPTION else "")
    for role in roles:
        conn.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(role)) + option)


def _grant(role: str, member: str) -> sql.Composed:
    return sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(member))


def _setting(role: str, name: str, value: str) -> sql.Composed:
    return sql.SQL("alter role {} set {} = {}").format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value))
