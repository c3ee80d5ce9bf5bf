"""Tombstones: what proves that a record is gone, and since when it should have been, without saying whose it was."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from dagster_project.clock import utc_now
from dagster_project.governance.retention.record_hash import record_hmac

RULE_OF_JOINT_SYSTEM = "R0"
# Whoever is on legal hold is not deleted but moved: the tombstone follows when the hold has ended.
_LEFT = """
    select going.partner, going.record_id, going.basis, going.due_on,
        coalesce((select sum(deleted.row_count) from deleted_rows as deleted
            where deleted.partner = going.partner and deleted.record_id = going.record_id), 0)::bigint
    from going_people as going
    where going.was_held
        and not exists (
            select from hold_people as held where held.partner = going.partner and held.record_id = going.record_id)
    order by going.partner, going.record_id
"""
_ENDED_HOLDS = """
    with ended as (
        select hold_id from control.legal_holds
        where released_at is not null or coalesce(held_to, 'infinity') < %(as_at)s
    ),
    gone as (
        delete from hold.held_rows as held
        using ended
        where held.hold_id = ended.hold_id
        returning held.partner, held.record_id, held.due_on
    )
    select partner, record_id, 'hold_released', coalesce(min(due_on), %(as_at)s::date), count(*)
    from gone
    group by partner, record_id
    order by partner, record_id
"""
_WRITE = """
    insert into control.deletions
        (publish_id, rule, basis, record_hmac, due_on, deleted_on, overdue_days, rows_deleted, deleted_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Buried:
    """How many records got a tombstone, and the most days that one of them was overdue."""

    records: int
    overdue_days: int


def bury(conn: psycopg.Connection[Any], key: bytes, publish_id: str, as_at: date) -> Buried:
    """Write the tombstones of whoever left scope, in the purge's transaction, after the layers were cleared."""
    return _write(conn, key, publish_id, as_at, conn.execute(_LEFT).fetchall())


def clear_ended_holds(conn: psycopg.Connection[Any], key: bytes, publish_id: str, as_at: date) -> Buried:
    """Delete what was kept for a legal hold that was released or has ended, with tombstones."""
    return _write(conn, key, publish_id, as_at, conn.execute(_ENDED_HOLDS, {"as_at": as_at}).fetchall())


def _write(
    conn: psycopg.Connection[Any], key: bytes, publish_id: str, as_at: date, rows: list[tuple[Any, ...]]
) -> Buried:
    now, overdue = utc_now(), [max((as_at - due_on).days, 0) for _, _, _, due_on, _ in rows]
    with conn.cursor() as cursor:
        cursor.executemany(
            _WRITE,
            [
                (
                    publish_id,
                    RULE_OF_JOINT_SYSTEM,
                    basis,
                    record_hmac(key, partner, record_id),
                    due_on,
                    as_at,
                    late,
                    count,
                    now,
                )
                for (partner, record_id, basis, due_on, count), late in zip(rows, overdue, strict=True)
            ],
        )
    return Buried(len(rows), max(overdue, default=0))
