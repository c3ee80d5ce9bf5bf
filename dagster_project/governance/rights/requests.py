"""Requests of people and what became of them: restriction of processing, objections, and the register of all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import psycopg

from dagster_project.clock import london_today, utc_now
from dagster_project.governance.decisions.do_not_link import Record
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.exports.sweep import Swept, sweep_people
from dagster_project.governance.rights.steward import stewarding
from dagster_project.governance.rights.subject import Subject, find, hashes
from dagster_project.settings import Settings

Decision = Literal["upheld", "refused"]
# One calendar month to answer; where that month has no such day, its last one.
_ADD = """
    insert into control.rights_requests
        (kind, item, partner, received_on, due_on, ends_on, reason, recorded_by, recorded_at)
    values (
        %(kind)s, %(item)s, %(partner)s, %(received_on)s, %(received_on)s::date + interval '1 month', %(ends_on)s,
        %(reason)s, %(by)s, %(now)s
    )
    returning request_id, due_on
"""
_RECORD = "insert into control.rights_records (request_id, record_hash) values (%s, %s) on conflict do nothing"
_CLOSE = """
    update control.rights_requests
    set outcome = %(outcome)s, outcome_reason = %(reason)s, closed_by = %(by)s, closed_at = %(now)s
    where request_id = %(request_id)s and kind = any(%(kinds)s) and closed_at is null
    returning kind
"""
_LIFT = """
    update control.rights_requests
    set outcome = 'ended', outcome_reason = %(reason)s, closed_by = %(by)s, closed_at = %(now)s
    where request_id = %(request_id)s and kind = 'objection' and outcome = 'upheld'
    returning kind
"""
_LIST = """
    select
        requests.request_id, requests.kind, requests.item, requests.partner, requests.received_on, requests.due_on,
        requests.ends_on, requests.outcome, requests.closed_at, requests.recorded_by,
        array(
            select distinct known.person_key
            from control.rights_records as records
            inner join control.person_key_records as known on records.record_hash = known.record_hash
            where records.request_id = requests.request_id
            order by known.person_key
        )
    from control.rights_requests as requests
    where requests.closed_at is null or %(everything)s or requests.outcome = 'upheld'
    order by requests.request_id
"""


@dataclass(frozen=True)
class Opened:
    """A request on record: its number, the day by which it has to be answered, and the person's key."""

    request_id: int
    due_on: date
    person: str


@dataclass(frozen=True)
class Stopped(Opened):
    """A restriction on record, and what became of the exports that held the person."""

    exports: list[Swept]


@dataclass(frozen=True)
class Request:
    """A request as the register has it. `persons`: keys under which the last publish knows the person."""

    request_id: int
    kind: str
    item: str | None
    partner: str | None
    received_on: date
    due_on: date
    ends_on: date | None
    outcome: str | None
    closed_at: Any
    recorded_by: str
    persons: list[str]


def restrict(
    settings: Settings,
    person_key: str | None,
    record: Record | None,
    login: str,
    reason: str,
    received_on: date | None = None,
    ends_on: date | None = None,
) -> Stopped:
    """Restrict processing (Art. 18 UK GDPR): the person is held, and from now on shown nowhere; exports with them end.

    Raises GovernanceError for an end that is not ahead, or as `stewarding` and `find` do.
    """
    if ends_on is not None and ends_on <= london_today():
        raise GovernanceError("A restriction ends on a day ahead (--until)")
    with stewarding(settings, login, "person_restrict", reason) as (conn, detail):
        subject = find(conn, person_key, record)
        opened = add(conn, detail, "restriction", subject, login, received_on, {"ends_on": ends_on})
    return Stopped(opened.request_id, opened.due_on, opened.person, sweep_people(settings))


def objection(
    settings: Settings,
    person_key: str | None,
    record: Record | None,
    login: str,
    reason: str,
    received_on: date | None = None,
) -> Opened:
    """Put an objection (Art. 21 UK GDPR) on record; it changes nothing before it is decided.

    Raises GovernanceError as `stewarding` and `find` do.
    """
    with stewarding(settings, login, "person_objection", reason) as (conn, detail):
        return add(conn, detail, "objection", find(conn, person_key, record), login, received_on)


def decide(settings: Settings, request_id: int, outcome: Decision, login: str, reason: str) -> list[Swept]:
    """Decide an objection. Upheld: from now on the person is shown nowhere. Returns what became of exports with them.

    Raises GovernanceError where no such objection is open.
    """
    _close(settings, request_id, ["objection"], outcome, login, reason, "person_objection_decided")
    return sweep_people(settings) if outcome == "upheld" else []


def close(settings: Settings, request_id: int, login: str, reason: str) -> None:
    """End a dispute, a restriction or an upheld objection: the next run shows the person or item again.

    A person whom no run has left out since is shown again at once.

    Raises GovernanceError where none of these stands under that number.
    """
    _close(settings, request_id, ["dispute", "restriction"], "ended", login, reason, "person_request_closed")


def requests(settings: Settings, login: str, reason: str, *, everything: bool = False) -> list[Request]:
    """What stands or is open, oldest first; with `everything` what is closed too. That it was read is logged."""
    with stewarding(settings, login, "person_list", reason) as (conn, detail):
        found = [Request(*row) for row in conn.execute(_LIST.encode(), {"everything": everything}).fetchall()]
        detail["requests"] = len(found)
        return found


def add(
    conn: psycopg.Connection[Any],
    detail: dict[str, Any],
    kind: str,
    subject: Subject,
    login: str,
    received_on: date | None,
    more: Mapping[str, object] | None = None,
) -> Opened:
    """Put a request on record in the caller's transaction, with its records as hashes.

    Raises GovernanceError for a day of receipt that is ahead.
    """
    today = london_today()
    received = received_on or today
    if received > today:
        raise GovernanceError("A request cannot have been received on a day ahead (--received)")
    values = {
        **{"item": None, "partner": None, "ends_on": None},
        **(more or {}),
        **{"kind": kind, "received_on": received, "reason": detail["reason"], "by": login, "now": utc_now()},
    }
    request_id, due_on = conn.execute(_ADD, values).fetchall()[0]
    with conn.cursor() as cursor:
        cursor.executemany(_RECORD, [(request_id, found) for found in hashes(conn, subject)])
    detail |= {"subject": subject.name, "request": request_id}
    return Opened(request_id, due_on, subject.name)


def answered(conn: psycopg.Connection[Any], request_id: int, login: str, how: str) -> None:
    """Close a request that is answered by what was just done, in the caller's transaction."""
    conn.execute(
        _CLOSE,
        {
            **{"request_id": request_id, "kinds": ["subject_access", "unlink"], "outcome": "answered"},
            **{"reason": how, "by": login, "now": utc_now()},
        },
    )


def _close(
    settings: Settings, request_id: int, kinds: list[str], outcome: str, login: str, reason: str, action: str
) -> None:
    with stewarding(settings, login, action, reason) as (conn, detail):
        values = {
            **{"request_id": request_id, "kinds": kinds, "outcome": outcome},
            **{"reason": detail["reason"], "by": login, "now": utc_now()},
        }
        row = conn.execute(_CLOSE, values).fetchone()
        if row is None and outcome == "ended":
            row = conn.execute(_LIFT, values).fetchone()
        if row is None:
            raise GovernanceError(f"No request {request_id} is open for this: see 'hearthlink person list'")
        detail |= {"subject": f"request {request_id}", "kind": row[0], "outcome": outcome}
