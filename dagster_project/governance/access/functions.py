"""The functions of the agreement as roles of the database."""

from typing import Any

import psycopg

from dagster_project.agreement.model import Agreement
from dagster_project.warehouse.logins import ensure_function_roles


def ensure_functions(conn: psycopg.Connection[Any], agreement: Agreement) -> None:
    """A role for each function, with what it may do outside the tables of the mart. `conn` is the administrator's."""
    functions = agreement.functions
    ensure_function_roles(
        conn,
        readers=[function.id for function in functions if function.rows != "none"],
        others=[function.id for function in functions if function.rows == "none"],
        auditors=[function.id for function in functions if function.reads_logs],
    )
