"""Who answers people's requests: an enabled user who is data steward of the agreement; refusals are on record too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from dagster_project.governance.access_log import record
from dagster_project.governance.decisions.steward import required
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect

STEWARD = "data_steward"
WHY = "Say why (--reason), without naming anybody"
_USER = "select function, is_enabled from access.users where login = %s"


class NotASteward(GovernanceError):
    """Nothing was read or changed; that somebody tried is on record."""


@contextmanager
def stewarding(
    settings: Settings, login: str, action: str, reason: str
) -> Iterator[tuple[psycopg.Connection[Any], dict[str, Any]]]:
    """The administrator's connection in one transaction for a data steward, and the detail to be logged with it.

    What is done counts only with its line in the log; `detail["subject"]` is the person's key or the request.

    Raises:
        NotASteward: an unknown or disabled user, or one of another function.
        GovernanceError: no reason, or the database refused. Its own words may quote a row, so they are left out.
    """
    why = required(reason, WHY)
    detail: dict[str, Any] = {"reason": why}
    try:
        with connect(settings, ADMIN) as conn:
            refusal = _refusal(conn, login)
            if refusal is None:
                yield conn, detail
                subject = detail.pop("subject", "")
                record(conn, actor=login, action=action, subject=subject, detail=detail)
        if refusal is not None:
            _log_refusal(settings, login, action)
            raise NotASteward(refusal)
    except psycopg.errors.UndefinedTable:
        raise GovernanceError("Nobody has been matched yet: run once, then ask again") from None
    except psycopg.Error as fault:
        raise GovernanceError(
            f"Nothing was recorded (SQLSTATE {fault.sqlstate}): see that the warehouse answers, then try again"
        ) from None


def _refusal(conn: psycopg.Connection[Any], login: str) -> str | None:
    row = conn.execute(_USER, [login]).fetchone()
    if row is None or not row[1]:
        return "No such user has access: name your own login (see 'hearthlink user list')"
    if row[0] != STEWARD:
        return f"{login} is no data steward: only a user of the function {STEWARD} answers people's requests"
    return None


def _log_refusal(settings: Settings, login: str, action: str) -> None:
    with connect(settings, ADMIN) as conn:
        # What somebody typed may be anything; on record is whether the installation knows it.
        known = conn.execute(_USER, [login]).fetchone() is not None
        actor = login if known else "unknown user"
        record(conn, actor=actor, action="person_refused", detail={"refused": action})
