"""What holds the publish until a person approves it: listing it, and letting it through by name and reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from dagster_project.agreement.model import Agreement
from dagster_project.clock import utc_now
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance.decisions.steward import acting
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.facts import read_facts
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.roles import PUBLISHER
from expectations import held, held_linkage
from expectations.facts import Facts
from expectations.subjects import CANDIDATE, DELIVERIES, INDICATORS, MATCHED

_DELIVERY = """
    select delivery_key, status from control.deliveries where delivery_id = %s order by delivery_key desc limit 1
"""
_APPROVE_DELIVERY = """
    insert into control.delivery_approvals (delivery_key, approved_by, reason, approved_at) values (%s, %s, %s, %s)
"""
_APPROVE_CHANGE = """
    insert into control.change_approvals (subject, approved_value, approved_by, reason, approved_at)
    values (%s, %s, %s, %s, %s)
"""
_INDICATORS_BUILT = "select to_regclass(%s) is not null and to_regclass('agreement.run_context') is not null"


@dataclass(frozen=True)
class Hold:
    """Something that a person has to look at.

    `subject` is a delivery id, a flag's column or `people`; `what` says in words and numbers what is unusual;
    `remedy` is the command that lets it through. `suite` is that of the failed check; `value` is what would be
    approved, None for a delivery.
    """

    suite: str
    subject: str
    what: str
    value: float | None = None

    @property
    def remedy(self) -> str:
        """The command that approves it."""
        noun = "delivery" if self.value is None else "change"
        return f'hearthlink {noun} approve {self.subject} --by NAME --reason "..."'

    @property
    def sentence(self) -> str:
        """For the operator of a run."""
        otherwise = ", or deliver again" if self.value is None else ""
        return f"{self.subject}: {self.what}. Look at it; then {self.remedy}{otherwise}"


def read_holds(settings: Settings, agreement: Agreement) -> list[Hold]:
    """Everything that holds the candidate as it stands now.

    Raises:
        GovernanceError: no run has got as far as the candidate.
        WarehouseError: the warehouse cannot be reached.
    """
    with connect(settings, PUBLISHER) as conn:
        [(built,)] = conn.execute(_INDICATORS_BUILT, [f"{CANDIDATE}.{held.TABLE}"]).fetchall()
        if not built:
            raise GovernanceError("There is no candidate to look at: a run builds one. Run first")
        facts = read_facts(conn, agreement, load_contracts(), CANDIDATE)
        return [*_volumes(conn, facts), *_references(conn, facts), *_changes(conn, facts)]


def approve_delivery(settings: Settings, delivery_id: str, by: str, reason: str) -> None:
    """Let a delivery through, whatever its size and its broken references.

    Raises:
        GovernanceError: no such delivery is loaded, or nobody or no reason is named.
    """
    _require(by, reason)
    with acting(settings, by, "delivery_approve", delivery_id) as (conn, _):
        found = conn.execute(_DELIVERY.encode(), [delivery_id]).fetchone()
        if found is None:
            raise GovernanceError(f"There is no delivery {delivery_id}: see 'hearthlink held'")
        if found[1] != "loaded":
            raise GovernanceError(
                f"{delivery_id} is {found[1]}, not loaded: an approval lets a loaded delivery through, nothing else"
            )
        conn.execute(_APPROVE_DELIVERY.encode(), [found[0], by.strip(), reason.strip(), utc_now()])


def approve_change(settings: Settings, agreement: Agreement, subject: str, by: str, reason: str) -> Hold:
    """Let a flag's new share, or the new number of people, through until the next publish.

    Raises:
        GovernanceError: nothing of that name holds now, or nobody or no reason is named.
    """
    _require(by, reason)
    holds = {hold.subject: hold for hold in read_holds(settings, agreement) if hold.value is not None}
    if subject not in holds:
        raise GovernanceError(f"{subject} holds nothing now: see 'hearthlink held'")
    with acting(settings, by, "change_approve", subject) as (conn, detail):
        values = [subject, holds[subject].value, by.strip(), reason.strip(), utc_now()]
        conn.execute(_APPROVE_CHANGE.encode(), values)
        detail["value"] = holds[subject].value
    return holds[subject]


def _require(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise GovernanceError("Say who approves (--by) and why (--reason); both stay on record")


def _volumes(conn: psycopg.Connection[Any], facts: Facts) -> Iterator[Hold]:
    for extract in facts.extracts:
        query = f"select delivery_id, rows_before, rows_now from {held.volume(extract.extract, facts.holds)}"  # noqa: S608
        for delivery_id, before, now in conn.execute(query.encode()).fetchall():
            yield Hold(
                DELIVERIES,
                delivery_id,
                f"{extract.extract} has {now:,} rows, and had {before:,} when it was last published",
            )


def _references(conn: psycopg.Connection[Any], facts: Facts) -> Iterator[Hold]:
    for extract in facts.extracts:
        for reference in extract.references:
            relation = held.broken_references(extract, reference, facts.holds)
            query = f"select delivery_id, broken, all_rows from {relation}"  # noqa: S608
            for delivery_id, broken, rows in conn.execute(query.encode()).fetchall():
                columns = ", ".join(reference.columns)
                what = (
                    f"{broken:,} of {rows:,} rows of {extract.extract} name a {columns} that {reference.extract} lacks"
                )
                yield Hold(f"staged_{extract.kind}", delivery_id, what)


def _changes(conn: psycopg.Connection[Any], facts: Facts) -> Iterator[Hold]:
    people = f"select people_before, people_now from {held.people_shown(facts.holds)}"  # noqa: S608
    for before, now in conn.execute(people.encode()).fetchall():
        yield Hold(INDICATORS, held.PEOPLE, f"{now:,} people would be shown, and {before:,} were", float(now))
    yield from _linkage(conn, facts)
    for item in facts.compared_flags(held.TABLE):
        query = f"select share_before, share_now from {held.flag_share(item.column, facts.holds)}"  # noqa: S608
        for before, now in conn.execute(query.encode()).fetchall():
            what = f"{now} % of the people for whom it is known would have Y, and {before} % had"
            yield Hold(INDICATORS, item.column, what, float(now))


def _linkage(conn: psycopg.Connection[Any], facts: Facts) -> Iterator[Hold]:
    shares = f"select share_before, share_now from {held_linkage.linked_share(facts.holds)}"  # noqa: S608
    for before, now in conn.execute(shares.encode()).fetchall():
        what = f"{now} % of the people in scope would be linked, and {before} % were"
        yield Hold(MATCHED, held_linkage.LINKED_SHARE, what, float(now))
    items = f"select items_before, items_now from {held_linkage.review_items(facts.holds)}"  # noqa: S608
    for before, now in conn.execute(items.encode()).fetchall():
        what = f"{now:,} questions wait for review, and {before:,} did"
        yield Hold(MATCHED, held_linkage.REVIEW_ITEMS, what, float(now))
