"""The host systems' own periods (R1 to R6, clauses RE-03 to RE-08): what is past its day is told to its owners.

Our copies of it go before anything is built on them. A record itself is never deleted by us: its owner decides.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.governance import access_log
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.retention.orphans import delete_orphans
from dagster_project.governance.retention.record_hash import read_key, record_hmac
from dagster_project.governance.retention.rewriting import note, rewrite
from dagster_project.governance.retention.tombstones import clear_ended_holds
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect
from expectations.due import CLAUSES, COPIES, due

_FIND = "create temporary table due_records on commit drop as {}"
_LIST = """
    insert into control.disposal_list
        (rule, record_class, partner, record_id, trigger_on, due_on, listed_on, delivery_key)
    select due.rule, due.record_class, due.partner, due.record_id, due.trigger_on, due.due_on, %(as_at)s,
        (select snapshot.delivery_key from control.current_snapshots as snapshot
            where snapshot.partner = due.partner and snapshot.extract = %(extract)s)
    from due_records as due
    where due.rule = %(rule)s and due.due_on <= %(as_at)s
    on conflict (rule, record_class, partner, record_id, due_on) do update set delivery_key = excluded.delivery_key
"""
# A whole file that is newer than the one it was last seen in, without the record: its host has no such record any more,
# or none that is due.
_GONE = """
    select item.item_id, item.partner, item.record_id, item.outcome is not null
    from control.disposal_list as item
    where not starts_with(item.record_id, 'hmac:')
        and exists (
            select from control.current_snapshots as snapshot
            where snapshot.partner = item.partner and snapshot.extract = %(extract)s
                and snapshot.trimmed_at is null and snapshot.delivery_key is distinct from item.delivery_key)
        and item.rule = %(rule)s
        and not exists (
            select from due_records as now
            where now.rule = item.rule and now.partner = item.partner and now.record_id = item.record_id
                and now.due_on = item.due_on)
"""
_FINDINGS = """
    insert into control.retention_findings (rule, record_class, partner, finding, counted)
    select rule, record_class, partner, finding, count(*)
    from due_records
    where finding is not null
    group by rule, record_class, partner, finding
    union all
    select rule, record_class, partner, 'past_due', count(*)
    from due_records
    where due_on <= %(as_at)s
    group by rule, record_class, partner
"""


@dataclass(frozen=True)
class DueNow:
    """Records on the disposal list that nobody has decided; rows deleted: of our copies, of ended holds, of orphans."""

    undecided: int
    copies_deleted: int
    released: int
    orphans: int


def apply_due(settings: Settings, publish_id: str, as_at: date) -> DueNow:
    """List what is past its day for its owners and delete our copies of it, before the run builds on them.

    What was kept for a legal hold that has ended goes too.

    Raises:
        GovernanceError: the warehouse does not let it be done; the run must not go on.
    """
    key = read_key(settings)
    try:
        with connect(settings, ADMIN) as conn:
            _find(conn)
            for rule, copies in COPIES.items():
                of_rule = {"rule": rule, "extract": next(iter(copies)), "as_at": as_at}
                conn.execute(_LIST, of_rule)
                _settle(conn, key, of_rule)
            conn.execute("delete from control.retention_findings")
            conn.execute(_FINDINGS, {"as_at": as_at})
            touched, deleted = _delete_copies(conn, as_at)
            orphans = list(delete_orphans(conn))
            released = clear_ended_holds(conn, key, publish_id, as_at)
            touched += [("raw", table) for table, _ in orphans]
            note(conn, [*touched, ("hold", "held_rows")] if released.records else touched)
            undecided = conn.execute("select count(*) from control.disposal_list where outcome is null").fetchall()[0][
                0
            ]
            counts = {"undecided": undecided, "copies_deleted": deleted, "released_from_hold": released.records}
            counts["orphans_deleted"] = sum(count for _, count in orphans)
            if any(count for name, count in counts.items() if name != "undecided"):
                access_log.record(conn, actor="hearthlink", action="retention_due", subject=publish_id, detail=counts)
        with connect(settings, ADMIN, autocommit=True) as conn:
            rewrite(conn)
    except psycopg.Error as fault:
        raise GovernanceError(
            f"What is past its retention period could not be found (SQLSTATE {fault.sqlstate}): see that the warehouse"
            " answers, then run again; nothing is built on it meanwhile"
        ) from None
    return DueNow(undecided, deleted, released.records, counts["orphans_deleted"])


def _find(conn: psycopg.Connection[Any]) -> None:
    each = [f"select * from {due(rule, 'raw')} as {rule.lower()}" for rule in CLAUSES]  # noqa: S608 our own text
    relations = " union all ".join(each)
    conn.execute(_FIND.format(relations).encode())
    conn.execute("create index on due_records (rule, partner, record_id)")
    conn.execute("analyze due_records")


def _settle(conn: psycopg.Connection[Any], key: bytes, of_rule: dict[str, Any]) -> None:
    """Take off the list what its host no longer has. What was decided stays on record, without whose it was."""
    gone = conn.execute(_GONE, of_rule).fetchall()
    for item_id, partner, record_id, is_decided in gone:
        if is_decided:
            conn.execute(
                "update control.disposal_list set record_id = %s where item_id = %s",
                [f"hmac:{record_hmac(key, partner, record_id)}", item_id],
            )
        else:
            conn.execute("delete from control.disposal_list where item_id = %s", [item_id])


def _delete_copies(conn: psycopg.Connection[Any], as_at: date) -> tuple[list[tuple[str, str]], int]:
    touched, deleted = [], 0
    for rule, extracts in COPIES.items():
        for extract, column in extracts.items():
            rows = conn.execute(
                sql.SQL(
                    "with gone as (delete from {table} as held using due_records as due"
                    " where due.rule = {rule} and due.copy_due_on <= {as_at} and due.partner = held.partner"
                    " and due.record_id = btrim(held.{column}) returning held.partner)"
                    " select partner, count(*) from gone group by partner"
                ).format(
                    table=sql.Identifier("raw", extract),
                    rule=sql.Literal(rule),
                    as_at=sql.Literal(as_at),
                    column=sql.Identifier(column),
                )
            ).fetchall()
            for partner, count in rows:
                deleted += count
                touched.append(("raw", f"{extract}__{partner}"))
                # As with what a partner's file never held: nothing is missing from the snapshot.
                conn.execute(
                    "update control.current_snapshots set rows_loaded = rows_loaded - %s"
                    " where partner = %s and extract = %s",
                    [count, partner, extract],
                )
    return touched, deleted
