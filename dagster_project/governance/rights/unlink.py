"""A link found wrong: the records are kept apart for ever, and it is told who saw them as one person."""

from dataclasses import dataclass
from datetime import date

from dagster_project.governance.access.audit import Viewer, exports_holding, viewers_of
from dagster_project.governance.decisions.do_not_link import Record, keep_apart
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.rights.requests import add, answered
from dagster_project.governance.rights.steward import stewarding
from dagster_project.governance.rights.subject import find
from dagster_project.settings import Settings


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

    That run shows them as two, and its purge deletes what was held only for the link. The others stay together by what
    they share: numbers and names that the wrong record shares with them count as theirs.

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
        made = [keep_apart(conn, wrong, other, login, detail["reason"], wrong) for other in others]
        entries = [entry for entry in made if entry is not None]
        if not entries:
            raise GovernanceError("These records are kept apart already: run, and they are shown as two")
        viewers = viewers_of(conn, person_key)
        exports = [(export_id, actor) for export_id, actor, *_ in exports_holding(conn, person_key)]
        opened = add(conn, detail, "unlink", subject, login, received_on)
        answered(conn, opened.request_id, login, "kept apart")
        detail |= {
            "entries": entries,
            "could_see": [viewer.login for viewer in viewers],
            "exports": [export_id for export_id, _ in exports],
        }
        return Unlinked(opened.request_id, person_key, len(entries), viewers, exports)
