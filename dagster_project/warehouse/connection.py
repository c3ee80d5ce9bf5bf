"""Connections to the warehouse, by login name."""

from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dagster_project.settings import Settings
from dagster_project.warehouse.endpoint import read_endpoint
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.secrets_store import read_password

ADMIN = "admin"
DATABASE = "hearthlink"
SUPERUSER = "postgres"
_TLS_VARIABLES = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "channel_binding": "PGCHANNELBINDING",
}


def connect(settings: Settings, login: str, *, autocommit: bool = False) -> psycopg.Connection:
    """A new connection to the warehouse database as `login`.

    `login` is `admin`, a pipeline login (`hl_loader`, `hl_dbt`, `hl_publisher`, `hl_analyst`) or a person's login.
    Raises WarehouseError when the server does not answer or refuses the login.
    """
    return open_connection(parameters(settings, login), autocommit=autocommit)


def connection_env(settings: Settings, login: str) -> dict[str, str]:
    """PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD (and TLS variables that the DSN sets) for libpq programs."""
    target = parameters(settings, login)
    names = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD"}
    names |= _TLS_VARIABLES | {"require_auth": "PGREQUIREAUTH"}
    return {variable: str(target[key]) for key, variable in names.items() if target.get(key)}


def sqlalchemy_url(settings: Settings, login: str) -> str:
    """The same connection as a SQLAlchemy URL (psycopg2). It holds the password: never log it."""
    target = parameters(settings, login)
    query = {key: str(target[key]) for key in _TLS_VARIABLES if target.get(key)}
    host = str(target["host"])
    if host.startswith("/"):
        # A folder of sockets cannot stand in a URL's host part.
        query, host = query | {"host": host}, ""
    address = f"{host}:{target['port']}/{quote(str(target['dbname']), safe='')}"
    credentials = f"{quote(str(target['user']), safe='')}:{quote(str(target.get('password') or ''), safe='')}"
    return f"postgresql+psycopg2://{credentials}@{address}" + (f"?{urlencode(query)}" if query else "")


def parameters(settings: Settings, login: str, database: str = DATABASE) -> dict[str, Any]:
    """libpq parameters for `login`. Raises WarehouseError for a server or password that is not known."""
    server = _external_server(settings.dsn) if settings.dsn else _embedded_server(settings)
    if login == ADMIN and settings.dsn:
        return server | {"dbname": database}
    user = SUPERUSER if login == ADMIN else login
    return server | {"dbname": database, "user": user, "password": read_password(settings, user)}


def open_connection(target: dict[str, Any], *, autocommit: bool = False) -> psycopg.Connection:
    """Connect with libpq parameters; WarehouseError instead of the driver's own error."""
    # A server set up in plain ASCII would otherwise answer in bytes.
    defaults = {"connect_timeout": "10", "application_name": "hearthlink", "client_encoding": "UTF8"}
    try:
        return psycopg.connect(make_conninfo(**defaults | target), autocommit=autocommit)
    except psycopg.OperationalError as fault:
        raise WarehouseError(
            f"The database server at {target.get('host')}:{target.get('port')} did not let "
            f"{target.get('user')} in to {target.get('dbname')}: {_short(fault)}. If the server is down, "
            "any hearthlink command that needs the warehouse starts the embedded one; a server of your own must be "
            "started and HEARTHLINK_DSN checked."
        ) from None


def _embedded_server(settings: Settings) -> dict[str, Any]:
    endpoint = read_endpoint(settings)
    if endpoint is None:
        raise WarehouseError(f"No warehouse has been started with the home folder {settings.home} yet.")
    # Whatever else may listen on the port one day, it is never sent a password it can read.
    return {"host": endpoint.host, "port": str(endpoint.port), "require_auth": "scram-sha-256"}


def _external_server(dsn: str) -> dict[str, Any]:
    try:
        fields = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        # The driver's message repeats the text that it could not read, which may be a password.
        raise WarehouseError(
            "HEARTHLINK_DSN cannot be read. Write postgresql://USER:PASSWORD@HOST:5432/postgres, "
            "with special characters percent-encoded."
        ) from None
    missing = [key for key in ("host", "user") if not fields.get(key)]
    if missing:
        raise WarehouseError(f"HEARTHLINK_DSN names no {' and no '.join(missing)}.")
    # The agreement wants data encrypted on its way (TR-05); a DSN may say otherwise for a network of its own.
    local = str(fields["host"]).startswith(("/", "127.", "::1", "localhost"))
    return {"port": "5432"} | ({} if local else {"sslmode": "require"}) | fields


def _short(fault: psycopg.Error) -> str:
    """The server's own reason where it gave one; the rest of the driver's text repeats host and port."""
    lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
    for line in lines:
        if "FATAL:" in line:
            return line.split("FATAL:", 1)[1].strip()
    return lines[-1] if lines else type(fault).__name__
