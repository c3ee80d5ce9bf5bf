"""Who answers people's requests: an enabled user who is data steward of the agreement; refusals are on record too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from dagster_project.governance.access_log import record, refused_actor
from dagster_project.governance.decisions.steward import administering, required
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings

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
    with administering(settings, "Nobody has been matched yet: run once, then ask again") as conn:
        refusal = _refusal(conn, login)
        if refusal is None:
            yield conn, detail
            record(conn, actor=login, action=action, subject=detail.pop("subject", ""), detail=detail)
        else:
            record(conn, actor=refused_actor(conn, login), action="person_refused", detail={"refused": action})
    if refusal is not None:
        raise NotASteward(refusal)


def _refusal(conn: psycopg.Connection[Any], login: str) -> str | None:
    row = conn.execute(_USER, [login]).fetchone()
    if row is None or not row[1]:
        return "No such user has access: name your own login (see 'hearthlink user list')"
    if row[0] != STEWARD:
        return f"{login} is no data steward: only a user of the function {STEWARD} answers people's requests"
    return None
