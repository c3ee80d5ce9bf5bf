"""Who answers people's requests: an enabled user of a function that the agreement gives this to, the data stewards.

Refusals are on record too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from dagster_project.governance.access_log import record, refused_actor
from dagster_project.governance.decisions.steward import administering, required
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings

WHY = "Say why (--reason), without naming anybody"
_USER = """
    select users.is_enabled, coalesce(functions.answers_requests, false)
    from access.users
    left join agreement.functions on users.function = functions.function
    where users.login = %s
"""
_STEWARDS = "select name from agreement.functions where answers_requests order by name"


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
    is_enabled, is_steward = conn.execute(_USER, [login]).fetchone() or (False, False)
    if not is_enabled:
        return "No such user has access: name your own login (see 'hearthlink user list')"
    if is_steward:
        return None
    stewards = " or ".join(name for (name,) in conn.execute(_STEWARDS).fetchall())
    if not stewards:
        return "The agreement has nobody answer people's requests: set answers_requests at a function, then run"
    return f"{login} is no data steward: people's requests are answered by users of the function {stewards}"
