"""What people have decided so far, and whether new decisions can stand beside it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg

CONFIRM, REJECT, UNSURE = "confirm", "reject", "unsure"
DECISIONS = (CONFIRM, REJECT, UNSURE)
# Two record keys, the smaller first; the second None for a question about one record.
Pair = tuple[str, str | None]

_REGISTER = """
    select left_partner || '|' || left_record_id, right_partner || '|' || right_record_id
    from control.do_not_link
    where removed_at is null
"""
_NEWEST = """
    select distinct on (left_partner, left_record_id, right_partner, right_record_id)
        left_partner || '|' || left_record_id, right_partner || '|' || right_record_id, decision
    from control.review_decisions
    order by left_partner, left_record_id, right_partner, right_record_id, decision_id desc
"""


def pair(one: str, other: str | None) -> Pair:
    """The two keys in order."""
    return (one, None) if other is None else (min(one, other), max(one, other))


@dataclass
class Standing:
    """The register, and the newest decision on each pair."""

    register: set[Pair]
    decisions: dict[Pair, str] = field(default_factory=dict)

    def contradictions(self, new: dict[Pair, str]) -> dict[Pair, str]:
        """Those of the new decisions that cannot stand, with the reason, were all of them recorded.

        A confirmation may not bring together, even through others, what the register or a rejection keeps apart; nor
        may a rejection part what stays confirmed as one.
        """
        after = self.decisions | new
        person = _joined(found for found, decision in after.items() if decision == CONFIRM)

        def are_one(found: Pair) -> bool:
            one, other = found
            return one in person if other is None else person.get(one, one) == person.get(other, other)

        kept = self.register | {found for found, decision in after.items() if decision == REJECT}
        torn = {person.get(found[0]) for found in kept if are_one(found)}
        reasons: dict[Pair, str] = {}
        for found, decision in new.items():
            if decision == CONFIRM and found[1] is not None and person[found[0]] in torn:
                reasons[found] = "it would bring together records that are kept apart"
            elif decision == REJECT and are_one(found):
                reasons[found] = "confirmed decisions make the two one person: reopen those first"
        return reasons


def read_standing(conn: psycopg.Connection[Any]) -> Standing:
    """The register and the newest decisions, as the administrator."""
    register = {pair(one, other) for one, other in conn.execute(_REGISTER.encode()).fetchall()}
    newest = conn.execute(_NEWEST.encode()).fetchall()
    return Standing(register, {pair(one, other): decision for one, other, decision in newest})


def _joined(confirmed: Iterable[Pair]) -> dict[str, str]:
    """Each record of a confirmed pair with the smallest record that confirmations connect it to."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for one, other in confirmed:
        if other is not None:
            first, second = sorted((root(one), root(other)))
            parent[second] = first
    return {key: root(key) for key in parent}
