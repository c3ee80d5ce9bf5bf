"""Who acts on the register and the queue: a named person, through the installation's administrator, on record."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from dagster_project.governance.access_log import record
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect

LONGEST_TEXT = 500


@contextmanager
def acting(
    settings: Settings, name: str, action: str, subject: str = ""
) -> Iterator[tuple[psycopg.Connection[Any], dict[str, Any]]]:
    """The administrator's connection in one transaction, and the detail to be logged with it: references and counts.

    What is done counts only with its line in the log. Raises GovernanceError without a name, or when the database
    refuses; its own words may quote a row, so they are left out.
    """
    person = required(name, "Say who does this: the person's name")
    detail: dict[str, Any] = {}
    with administering(settings, "There is no matching yet: run once, then there is a queue") as conn:
        yield conn, detail
        record(conn, actor=person, action=action, subject=subject, detail=detail)


@contextmanager
def administering(settings: Settings, nothing_matched: str) -> Iterator[psycopg.Connection[Any]]:
    """The administrator's connection in one transaction.

    Raises GovernanceError when the database refuses, in the words of `nothing_matched` before a first run. Its own
    words may quote a row, so they are left out.
    """
    try:
        with connect(settings, ADMIN) as conn:
            yield conn
    except psycopg.errors.UndefinedTable:
        raise GovernanceError(nothing_matched) from None
    except psycopg.Error as fault:
        raise GovernanceError(
            f"Nothing was recorded (SQLSTATE {fault.sqlstate}): see that the warehouse answers, then try again"
        ) from None


def required(text: str | None, advice: str) -> str:
    """The text without blanks around it. Raises GovernanceError where nothing is left, or far too much."""
    stripped = (text or "").strip()
    if not stripped:
        raise GovernanceError(advice)
    if len(stripped) > LONGEST_TEXT:
        raise GovernanceError(f"{advice}; at most {LONGEST_TEXT} characters")
    return stripped
