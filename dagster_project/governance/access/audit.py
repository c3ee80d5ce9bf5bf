"""Who could see whom, and who took whom out (clauses SE-01, SE-02, SE-05)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from dagster_project.governance.access_log import read_chain
from dagster_project.governance.decisions.steward import acting
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence import ledger
from dagster_project.governance.evidence.pack import PACK
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect

_VISIBILITY = """
    insert into control.visibility (person_key, publish_id, visible_to)
    select person_key, publish_id, visible_to from mart.dim_person
"""
_FUNCTIONS = """
    insert into control.published_functions (function, publish_id, row_scope)
    select function, %s, row_scope from agreement.functions
"""
_WHO = """
    select
        could.login, users.full_name, could.function,
        min(could.since), nullif(max(coalesce(could.until, 'infinity')), 'infinity')
    from control.who_could_see as could
    inner join access.users on could.login = users.login
    where could.person_key = %s
    group by could.login, users.full_name, could.function
    order by could.login
"""
_EXPORTS = """
    select made.export_id, made.actor, made.purpose, made.created_at, made.status
    from control.exports as made
    inner join control.export_people as people on made.export_id = people.export_id
    where people.person_key = %s
    order by made.created_at
"""
_ROW = "select sha256 from control.access_log where entry = %s"
_IS_SHOWN = "select publish_id from control.visibility where person_key = %s"


@dataclass(frozen=True)
class LogState:
    """The access log worked through: its rows, the newest hash, and in a sentence what is wrong, if anything."""

    entries: int
    head_sha256: str
    problem: str


@dataclass(frozen=True)
class Viewer:
    """A user who could see a person, from when to when; `until` None: still."""

    login: str
    full_name: str
    function: str
    since: datetime
    until: datetime | None


def keep_visibility(conn: psycopg.Connection[Any], publish_id: str) -> None:
    """Write down which tokens open whose rows of the mart that was just published, in the caller's transaction."""
    conn.execute("delete from control.visibility")
    conn.execute("delete from control.published_functions")
    conn.execute(_VISIBILITY.encode())
    conn.execute(_FUNCTIONS.encode(), [publish_id])


def who_could_see(settings: Settings, person_key: str, reader: str) -> tuple[str | None, list[Viewer]]:
    """The publish that shows the person now, if any, and whoever could see them since. The question is logged.

    Raises GovernanceError without the name of who asks.
    """
    with acting(settings, reader, "audit_who_could_see", person_key) as (conn, detail):
        shown = conn.execute(_IS_SHOWN, [person_key]).fetchone()
        viewers = viewers_of(conn, person_key)
        detail["users"] = len(viewers)
    return (shown[0] if shown else None), viewers


def viewers_of(conn: psycopg.Connection[Any], person_key: str) -> list[Viewer]:
    """Whoever could see the person of that key since the publish that shows them."""
    return [Viewer(*row) for row in conn.execute(_WHO.encode(), [person_key]).fetchall()]


def exports_of(settings: Settings, person_key: str, reader: str) -> list[tuple[Any, ...]]:
    """Every export that holds the person: id, by whom, purpose, when, state. The question is logged.

    Raises GovernanceError without the name of who asks.
    """
    with acting(settings, reader, "audit_exports", person_key) as (conn, detail):
        found = exports_holding(conn, person_key)
        detail["exports"] = len(found)
        return found


def exports_holding(conn: psycopg.Connection[Any], person_key: str) -> list[tuple[Any, ...]]:
    """Every export that holds the person: id, by whom, purpose, when, state."""
    return conn.execute(_EXPORTS.encode(), [person_key]).fetchall()


def verify_log(settings: Settings) -> LogState:
    """Work through the chain, and compare it with what each evidence pack says its newest row was.

    The packs lie outside the database: rows cut off the log's end show by them.

    Raises GovernanceError when a pack cannot be read.
    """
    with connect(settings, ADMIN) as conn:
        chain = read_chain(conn)
        if chain.first_broken is not None:
            problem = f"row {chain.first_broken} of the access log is not as it was written, or one before it is gone"
            return LogState(chain.entries, chain.head_sha256, problem)
        for entry in ledger.entries(conn):
            seen = _seen_by(settings, entry.publish_id)
            row = conn.execute(_ROW, [seen["entries"]]).fetchone() if seen else None
            if seen and (row is None or row[0] != seen["head_sha256"]):
                problem = (
                    f"the access log does not hold row {seen['entries']} as the evidence of {entry.publish_id} has it"
                )
                return LogState(chain.entries, chain.head_sha256, problem)
    return LogState(chain.entries, chain.head_sha256, "")


def _seen_by(settings: Settings, publish_id: str) -> dict[str, Any] | None:
    """What the pack of a publish says of the log; None for one from before there was a log."""
    try:
        pack = json.loads((settings.evidence_dir / publish_id / PACK).read_bytes())
    except (OSError, ValueError):
        raise GovernanceError(
            f"The evidence pack of {publish_id} cannot be read: see 'hearthlink evidence verify'"
        ) from None
    return pack.get("access_log")
