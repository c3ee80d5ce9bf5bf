"""The review queue as people see it: why a question is asked, between which systems, what agrees. No identifiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.governance.decisions.standing import Pair, pair
from dagster_project.governance.decisions.steward import acting
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence.canonical import canonical, sha256
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect

_ITEMS = """
    select
        items.item_id, items.reason, reasons.meaning, items.rule, items.tier,
        items.left_partner, items.left_record_id, items.right_partner, items.right_record_id,
        items.evidence, items.decision
    from matched.review_queue as items
    inner join staged.linkage_reasons as reasons on items.reason = reasons.reason
    order by items.tier, items.reason, items.item_id
"""
_COUNTS = """
    select items.reason, reasons.meaning, count(*), count(*) filter (where items.decision = 'unsure')
    from matched.review_queue as items
    inner join staged.linkage_reasons as reasons on items.reason = reasons.reason
    group by items.reason, reasons.meaning
    order by count(*) desc, items.reason
"""
# A file that needed a mapping bears the name that its system gave it.
_PLACES = """
    select
        delivered.delivery_id,
        coalesce(files.file_name, %(extract)s || '.csv') as file_name,
        array_agg(delivered.line_number order by delivered.line_number)
    from {table} as delivered
    left join control.current_snapshots as snapshots
        on delivered.partner = snapshots.partner and snapshots.extract = %(extract)s
    left join control.mapped_files as files
        on snapshots.delivery_key = files.delivery_key and delivered.file_number = files.file_number
    where delivered.partner = %(partner)s and btrim(delivered.person_id) = %(record_id)s
    group by 1, 2
    order by 1, 2
"""
# Which delivered file holds the person of a record, by the kind of partner.
_PERSON_EXTRACT = {
    "temporary_accommodation": "hou_household_members",
    "social_housing": "ren_tenants",
    "childrens_social_care": "csc_persons",
    "adult_social_care": "asc_persons",
    "education": "edu_pupils",
}
# Flags that a reviewer sees, in order, with the field that says whether a close one is equal.
FIELDS: Mapping[str, tuple[str, str | None]] = {
    "NHS number": ("nhs_number", None),
    "pupil number": ("upn", None),
    "National Insurance number": ("nino", None),
    "last name": ("last_name", None),
    "first name": ("first_name", "first_name_exact"),
    "birth date": ("birth_date", "birth_date_exact"),
    "sex": ("sex", None),
    "postcode": ("postcode", None),
}


@dataclass(frozen=True)
class Item:
    """A question of the queue. `meaning` is the reason in words; `evidence` holds flags; `pair` the record keys."""

    item_id: str
    reason: str
    meaning: str
    rule: str
    tier: int
    left_partner: str
    left_record_id: str
    right_partner: str | None
    right_record_id: str | None
    evidence: Mapping[str, str]
    decision: str | None

    @property
    def pair(self) -> Pair:
        """The records that a decision on it is about."""
        one = f"{self.left_partner}|{self.left_record_id}"
        return pair(one, self.right_partner and f"{self.right_partner}|{self.right_record_id}")

    @property
    def fingerprint(self) -> str:
        """Of what the reviewer was shown: a decision counts only while it is the same. 16 hex digits."""
        return sha256(canonical([self.item_id, self.reason, self.rule, self.tier, dict(self.evidence)]))[:16]

    def flags(self) -> dict[str, str]:
        """Field in words to `agree`, `close`, `conflict` or `missing`; empty where the question is not about it."""
        return {name: self._flag(*fields) for name, fields in FIELDS.items()}

    def _flag(self, field: str, exact: str | None) -> str:
        flag = self.evidence.get(field, "")
        return "close" if flag == "agree" and exact and self.evidence.get(exact) == "conflict" else flag


@dataclass(frozen=True)
class Place:
    """Where a partner finds the record in the file that it delivered itself."""

    partner: str
    delivery_id: str
    file_name: str
    lines: tuple[int, ...]


def read_items(conn: psycopg.Connection[Any]) -> list[Item]:
    """All questions, the surest tiers first. As the administrator or hl_analyst."""
    return [Item(*row) for row in conn.execute(_ITEMS.encode()).fetchall()]


def count_items(settings: Settings) -> Sequence[tuple[str, str, int, int]]:
    """Reason, what it means, questions, and how many of them somebody has looked at without deciding."""
    try:
        with connect(settings, "hl_analyst") as conn:
            return conn.execute(_COUNTS.encode()).fetchall()
    except psycopg.errors.UndefinedTable:
        raise GovernanceError("There is no matching yet: run once, then there is a queue") from None


def show_item(settings: Settings, item_id: str, reader: str) -> tuple[Item, list[Place]]:
    """A question and where its records stand in the partners' own files; that it was looked up is logged.

    No identifier is told: a line of a file that the partner packed itself says nothing to anybody else.

    Raises:
        GovernanceError: no name, or no such question.
    """
    with acting(settings, reader, "review_show") as (conn, detail):
        item = next((item for item in read_items(conn) if item.item_id == item_id), None)
        if item is None:
            raise GovernanceError(f"There is no question {item_id} in the queue: see 'hearthlink review list'")
        detail["item_id"] = item_id
        sides = [(item.left_partner, item.left_record_id), (item.right_partner, item.right_record_id)]
        return item, [place for partner, record_id in sides if partner for place in _places(conn, partner, record_id)]


def _places(conn: psycopg.Connection[Any], partner: str, record_id: str | None) -> list[Place]:
    kind = conn.execute("select kind from agreement.partners where partner = %s", [partner]).fetchone()
    if kind is None:
        return []
    extract = _PERSON_EXTRACT[kind[0]]
    found = conn.execute(
        sql.SQL(_PLACES).format(table=sql.Identifier("raw", extract)),
        {"partner": partner, "record_id": record_id, "extract": extract},
    ).fetchall()
    return [Place(partner, delivery_id, name, tuple(lines)) for delivery_id, name, lines in found]
