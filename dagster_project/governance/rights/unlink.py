"""A link found wrong: the records are kept apart for ever, and it is told who saw them as one person."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from dagster_project.clock import utc_now
from dagster_project.governance.access.audit import Viewer, exports_holding, viewers_of
from dagster_project.governance.decisions.do_not_link import Record, keep_apart
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.rights.requests import add
from dagster_project.governance.rights.steward import stewarding
from dagster_project.governance.rights.subject import find
from dagster_project.settings import Settings

_ANSWERED = """
    update control.rights_requests
    set outcome = 'answered', outcome_reason = 'kept apart', closed_by = %(by)s, closed_at = %(now)s
    where request_id = %(request_id)s
"""


@dataclass(frozen=True)
class Unlinked:
    """What was decided and who has to be told: entries of the do-not-link register, logins, exports (id, by whom)."""

    request_id: int
    person_key: str
    entries: int
    viewers: list[Viewer]
    exports: list[tuple[str, str]]


def unlink(
    settings: Settings,
    person_key: str,
    wrong: Record,
    login: str,
    reason: str,
    apart_from: tuple[Record, ...] = (),
    received_on: date | None = None,
) -> Unlinked:
    """Keep a record apart from the other records of a person, or from those named, from the next run on.

    That run shows them as two, and its purge deletes what was held only for the link.

    Raises:
        GovernanceError: the record, or one of `apart_from`, is none of the person's; all are kept apart already; or as
            `stewarding` and `find` do.
    """
    with stewarding(settings, login, "person_unlink", reason) as (conn, detail):
        subject = find(conn, person_key, None)
        others = apart_from or tuple(one for one in subject.records if one != wrong)
        if wrong not in subject.records or not set(others) <= set(subject.records) - {wrong} or not others:
            raise GovernanceError(
                f"These are not two records of {person_key}: 'hearthlink person report' lists those of a person"
            )
        made = [keep_apart(conn, wrong, other, login, detail["reason"]) for other in others]
        entries = [entry for entry in made if entry is not None]
        if not entries:
            raise GovernanceError("These records are kept apart already: run, and they are shown as two")
        viewers = viewers_of(conn, person_key)
        exports = [(export_id, actor) for export_id, actor, *_ in exports_holding(conn, person_key)]
        opened = add(conn, detail, "unlink", subject, login, received_on)
        _answer(conn, opened.request_id, login)
        detail |= {
            "entries": entries,
            "could_see": [viewer.login for viewer in viewers],
            "exports": [export_id for export_id, _ in exports],
        }
        return Unlinked(opened.request_id, person_key, len(entries), viewers, exports)


def _answer(conn: psycopg.Connection[Any], request_id: int, login: str) -> None:
    conn.execute(_ANSWERED, {"request_id": request_id, "by": login, "now": utc_now()})
