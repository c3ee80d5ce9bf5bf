"""Reading the warehouse from outside: one statement, or the address for another program."""

from collections.abc import Sequence
from typing import Any

import psycopg

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, connection_env
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.secrets_store import password_file


class QueryError(WarehouseError):
    """The statement was refused or could not be read; the message is the server's own."""


def read(settings: Settings, login: str, statement: str) -> tuple[list[str], Sequence[tuple[Any, ...]]]:
    """Column names and rows of one statement, run as that login in a read-only transaction.

    Raises:
        QueryError: the server refused the statement, or it returns no rows by nature.
    """
    try:
        with connect(settings, login) as conn:
            conn.read_only = True
            cursor = conn.execute(statement.encode())
            if cursor.description is None:
                raise QueryError("the statement returns no rows: this command reads only")
            return [column.name for column in cursor.description], cursor.fetchall()
    except psycopg.Error as error:
        raise QueryError(error.diag.message_primary or str(error).strip()) from None


def address(settings: Settings, login: str, *, with_password: bool = False) -> str:
    """The address of the warehouse for that login, and where its password is unless it is asked for."""
    env = connection_env(settings, login)
    place = f"{env['PGHOST']}:{env['PGPORT']}/{env['PGDATABASE']}"
    if with_password:
        return f"postgresql://{env['PGUSER']}:{env['PGPASSWORD']}@{place}"
    return (
        f"postgresql://{env['PGUSER']}@{place}\n"
        f"  server {env['PGHOST']}, port {env['PGPORT']}, database {env['PGDATABASE']}, user {env['PGUSER']}\n"
        f"  password: in {password_file(settings, login)} (or add --with-password)"
    )
