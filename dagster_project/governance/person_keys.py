"""The register of person keys: which key each person was last shown under, and what became of the keys before.

dbt gives the keys (`matched/people/person_keys.sql`); here a publish makes them the ones that the next run starts from.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from dagster_project.governance.errors import GovernanceError

_UNREGISTERED = """
    select count(*) from mart.dim_person as shown
    where not exists (select from matched.person_key_records as now where now.person_key = shown.person_key)
"""
_USED_BEFORE = """
    select count(distinct now.person_key)
    from matched.person_key_records as now
    inner join control.person_keys as ever on now.person_key = ever.person_key
    where not exists (select from control.person_key_records as last where last.person_key = now.person_key)
"""
# Where the records of each key of the last publish are now.
_EVENTS = """
    with moved as (
        select last.person_key, now.person_key as new_key, count(*) as records
        from control.person_key_records as last
        left join matched.person_key_records as now on last.record_hash = now.record_hash
        group by last.person_key, now.person_key
    ),
    judged as (
        select
            moved.*,
            exists (select from matched.person_key_records as now where now.person_key = moved.person_key) as stays,
            max(moved.new_key) over (partition by moved.person_key) is not null as is_found
        from moved
    ),
    events as (
        select case when stays then 'split' else 'merged' end as event, person_key, new_key as other_key, records
        from judged
        where new_key <> person_key
        union all
        select 'retired', person_key, null, records
        from judged
        where not stays and not is_found
    )
    insert into control.person_key_events (publish_id, event, person_key, other_key, records, happened_at)
    select %(publish_id)s, event, person_key, other_key, records, %(published_at)s
    from events
    order by event, person_key, other_key
    returning event
"""
_KEYS = """
    insert into control.person_keys (person_key, first_publish_id, first_shown_at, last_publish_id, last_shown_at)
    select distinct person_key, %(publish_id)s, %(published_at)s::timestamptz, %(publish_id)s, %(published_at)s
    from matched.person_key_records
    on conflict (person_key) do update
    set last_publish_id = excluded.last_publish_id, last_shown_at = excluded.last_shown_at
"""
_RECORDS = """
    insert into control.person_key_records (record_hash, person_key)
    select record_hash, person_key from matched.person_key_records
"""
_COUNTS = """
    select
        count(*) filter (where first_publish_id = %(publish_id)s),
        count(*) filter (where first_publish_id <> %(publish_id)s)
    from control.person_keys
    where last_publish_id = %(publish_id)s
"""


@dataclass(frozen=True)
class KeyChanges:
    """Keys of one publish: given for the first time, carried on, and what became of others. Counts only."""

    new: int
    carried: int
    merged: int
    split: int
    retired: int


def register_keys(conn: psycopg.Connection[Any], publish_id: str, published_at: datetime) -> KeyChanges:
    """Make this publish's keys the register, in the caller's transaction, after the swap, as hl_publisher.

    Of people who left only the key stays, so that nobody else is ever given it; the hashes of their records go.

    Raises:
        GovernanceError: somebody is shown whose key is not of this run, or bears a key that was somebody else's.
    """
    if _count(conn, _UNREGISTERED):
        raise GovernanceError("The people of the mart and of the matching are not of one build: build and judge again")
    if _count(conn, _USED_BEFORE):
        raise GovernanceError("Somebody new bears a key that was once shown for another: build and judge again")
    names = {"publish_id": publish_id, "published_at": published_at}
    events = [event for (event,) in conn.execute(_EVENTS, names).fetchall()]
    conn.execute(_KEYS, names)
    conn.execute("delete from control.person_key_records")
    conn.execute(_RECORDS)
    new, carried = conn.execute(_COUNTS, names).fetchall()[0]
    return KeyChanges(new, carried, *(events.count(event) for event in ("merged", "split", "retired")))


def _count(conn: psycopg.Connection[Any], query: str) -> int:
    return conn.execute(query.encode()).fetchall()[0][0]
