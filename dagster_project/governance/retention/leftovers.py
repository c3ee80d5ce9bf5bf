"""What `control` remembers of people: of those who left, nothing that says who they were.

The do-not-link register and rejected links stay: they keep two people apart for ever, and hold ids of records alone.
"""

from dataclasses import dataclass
from typing import Any

import psycopg

_IN_SCOPE = (
    "exists (select from kept_people as kept where (kept.partner, kept.record_id)"
    " in ((decision.left_partner, decision.left_record_id), (decision.right_partner, decision.right_record_id)))"
)
_DECISIONS = f"""
    delete from control.review_decisions as decision
    where decision.decision <> 'reject' and not {_IN_SCOPE}
"""  # noqa: S608 our own text
_WORKLIST_ITEMS = """
    delete from control.review_export_items as item
    where not exists (select from matched.review_queue as queue where queue.item_id = item.item_id)
"""
_REMEMBER = """
    insert into control.held_records (partner, record_id, person_key)
    select partner, record_id, person_key from kept_people
"""
# Their dead rows name records of people who left.
REWRITTEN = (
    ("control", "export_people"),
    ("control", "held_records"),
    ("control", "review_decisions"),
    ("control", "review_export_items"),
    ("hold", "held_rows"),
)


@dataclass(frozen=True)
class Remembered:
    """People who are held from now on, and what was deleted of others."""

    people: int
    decisions: int
    worklist_items: int


def clear(conn: psycopg.Connection[Any]) -> Remembered:
    """Forget whoever is out of scope, and remember who is held, in the purge's transaction."""
    decisions = conn.execute(_DECISIONS.encode()).rowcount
    worklist_items = conn.execute(_WORKLIST_ITEMS).rowcount
    conn.execute("delete from control.held_records")
    conn.execute(_REMEMBER)
    people = conn.execute("select count(distinct person_key) from kept_people").fetchall()[0][0]
    return Remembered(people, decisions, worklist_items)
