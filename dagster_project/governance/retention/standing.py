"""What stands of retention: purges, deletions, holds, ages. Counts and days only, for evidence and for the command."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

_PURGES = """
    select publish_id, as_at, finished_at is not null as is_finished, counts
    from control.purges
    order by begun_at desc
    limit %(newest)s
"""
_DELETIONS = """
    select rule, basis, count(*) as records, sum(rows_deleted)::bigint as rows_deleted,
        count(*) filter (where overdue_days > 0) as overdue, max(overdue_days) as most_days_overdue
    from control.deletions
    where publish_id = any(%(publishes)s)
    group by rule, basis
    order by rule, basis
"""
_HOLDS = """
    select hold_id, scope, held_from, held_to, released_at is not null as is_released, held_rows
    from control.held_row_counts
    order by hold_id
"""
_LISTED = """
    select rule, record_class, partner, count(*) filter (where outcome is null) as undecided,
        count(outcome) as decided, min(due_on) filter (where outcome is null) as oldest_due_on
    from control.disposal_list
    group by rule, record_class, partner
    order by rule, record_class, partner
"""
_FINDINGS = "select rule, record_class, partner, finding, counted from control.retention_findings order by 1, 2, 3, 4"
# How long rows of people out of scope can have lain in `raw`: since their file came, or not at all once it was trimmed.
_AGES = """
    select snapshot.partner, snapshot.extract, snapshot.trimmed_at is not null as is_trimmed,
        coalesce(delivery.received_on, (delivery.received_at at time zone 'Europe/London')::date) as received_on
    from control.current_snapshots as snapshot
    inner join control.deliveries as delivery on snapshot.delivery_key = delivery.delivery_key
    order by received_on, snapshot.partner, snapshot.extract
"""
_STAYS = """
    select count(*) filter (where is_open_in_closed_case) as open_in_closed_case,
        count(*) filter (where is_stale) as unanswered, count(*) filter (where is_suspended) as suspended
    from matched.housing_stays
"""


# Held until now and out of scope by this build: who goes with the purge after it, and for how long they should be gone.
_LEAVING = """
    with leaving as (
        select held.person_key, max(stays.due_on) as due_on
        from control.held_records as held
        left join matched.housing_stays as stays
            on held.partner = stays.partner and held.record_id = stays.record_id
        where not exists (
            select from matched.person_records as now
            where now.partner = held.partner and now.record_id = held.record_id)
        group by held.person_key
    )
    select count(*) as people, count(*) filter (where leaving.due_on < run.as_at) as overdue,
        coalesce(max(run.as_at - leaving.due_on) filter (where leaving.due_on < run.as_at), 0) as most_days_overdue
    from leaving
    cross join agreement.run_context as run
"""


@dataclass(frozen=True)
class Standing:
    """Retention as it stands. Each part is a list of rows with names of our own, codes, counts and days."""

    purges: list[dict[str, Any]]
    deletions: list[dict[str, Any]]
    legal_holds: list[dict[str, Any]]
    disposal_list: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    oldest: list[dict[str, Any]]
    stays: dict[str, int]
    leaving: dict[str, int]

    def as_data(self) -> dict[str, Any]:
        """As the evidence pack holds it."""
        return {**vars(self)}


def read_standing(conn: psycopg.Connection[Any], newest: int = 1) -> Standing:
    """Read it, as the publisher or the administrator; `newest` purges and what they deleted."""
    purges = _all(conn, _PURGES, {"newest": newest})
    publishes = [purge["publish_id"] for purge in purges]
    built = conn.execute("select to_regclass('matched.housing_stays') is not null").fetchall()[0][0]
    return Standing(
        purges,
        _all(conn, _DELETIONS, {"publishes": publishes}),
        _all(conn, _HOLDS, {}),
        _all(conn, _LISTED, {}),
        _all(conn, _FINDINGS, {}),
        _all(conn, _AGES, {}),
        _all(conn, _STAYS, {})[0] if built else {},
        _all(conn, _LEAVING, {})[0] if built else {},
    )


def oldest_received(standing: Standing) -> date | None:
    """The day of the oldest file that still stands whole in `raw`."""
    return min((row["received_on"] for row in standing.oldest if not row["is_trimmed"]), default=None)


def _all(conn: psycopg.Connection[Any], query: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
