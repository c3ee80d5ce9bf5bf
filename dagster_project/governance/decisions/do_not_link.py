"""The do-not-link register: records that must never be one person, or that must be linked to no other.

It beats every rule and every reviewer. Who was adopted, relocated or is in danger must not be found through a link
between an old and a new identity, so the register shows entries by number, never the records' own ids.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from dagster_project.agreement.model import load_agreement
from dagster_project.clock import utc_now
from dagster_project.governance.decisions.steward import acting, required
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings

_ADD = """
    insert into control.do_not_link
        (left_partner, left_record_id, right_partner, right_record_id, wrong_side, reason, added_by, added_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s)
    on conflict do nothing
    returning entry_id
"""
_REMOVE = """
    update control.do_not_link
    set removed_by = %s, removal_reason = %s, removed_at = %s
    where entry_id = %s and removed_at is null
    returning entry_id
"""
_STANDING = """
    select entry_id, left_partner, right_partner, reason, added_by, added_at
    from control.do_not_link
    where removed_at is null
    order by entry_id
"""
_HAS_RUN = "select to_regclass('matched.person_records') is not null"
# Where each system's people stand as delivered; of people out of scope for some days only.
_PEOPLE = ("hou_household_members", "ren_tenants", "csc_persons", "asc_persons", "edu_pupils")
_KNOWN = " union all ".join(
    f"select 1 from raw.{table} where partner = %(partner)s and btrim(person_id) = %(record_id)s"  # noqa: S608 our own names
    for table in _PEOPLE
)
_SHOWN_TOGETHER = """
    select count(*)
    from matched.person_records as one
    inner join matched.person_records as other
        on one.person_key = other.person_key and (one.partner, one.record_id) <> (other.partner, other.record_id)
    where one.partner = %(partner)s and one.record_id = %(record_id)s
        and (%(other_partner)s::text is null
            or (other.partner = %(other_partner)s and other.record_id = %(other_record_id)s))
"""


@dataclass(frozen=True)
class Record:
    """A system's record of a person: the partner's code and the system's own id, as delivered."""

    partner: str
    record_id: str

    @property
    def key(self) -> str:
        """As the matching layer calls it (`record_key`)."""
        return f"{self.partner}|{self.record_id}"


@dataclass(frozen=True)
class Added:
    """A new entry. `unknown` counts its records that no delivery holds; `are_together` if they are one person now."""

    entry_id: int
    unknown: int
    are_together: bool


@dataclass(frozen=True)
class Entry:
    """A standing entry, without record ids. `right_partner` None: kept apart from everybody."""

    entry_id: int
    left_partner: str
    right_partner: str | None
    reason: str
    added_by: str
    added_at: datetime


def add(settings: Settings, one: Record, other: Record | None, by: str, reason: str) -> Added:
    """Keep two records apart, or one from everybody; from the next run on.

    Raises:
        AgreementError: a partner that the agreement does not have.
        GovernanceError: no name or reason, a record without an id or beside itself, an entry that stands already.
    """
    why = required(reason, "Say why (--reason), without naming anybody")
    records = [one] if other is None else [one, other]
    for record in records:
        required(record.record_id, "A record is a partner's code and the id of the record in its system")
    if one == other:
        raise GovernanceError("A record cannot be kept apart from itself; to keep it from everybody, name it alone")
    with acting(settings, by, "do_not_link_add") as (conn, detail):
        _require_partners(settings, conn, records)
        entry_id = keep_apart(conn, one, other, by.strip(), why)
        if entry_id is None:
            raise GovernanceError("These records are on the register already")
        detail["entry_id"] = entry_id
        return Added(entry_id, *_as_things_stand(conn, records))


def keep_apart(
    conn: psycopg.Connection[Any], one: Record, other: Record | None, by: str, reason: str, wrong: Record | None = None
) -> int | None:
    """Put two records, or one and everybody, on the register; the entry's number, None where it stands already.

    `wrong` is which of the two was found not to be the person's: what both share then counts as the other's alone.
    """
    left, right = (one, None) if other is None else sorted([one, other], key=lambda record: record.key)
    sides = [left.partner, left.record_id, right and right.partner, right and right.record_id]
    wrong_side = None if wrong is None else "left" if wrong == left else "right"
    row = conn.execute(_ADD, [*sides, wrong_side, reason, by, utc_now()]).fetchone()
    return row[0] if row else None


def is_delivered(conn: psycopg.Connection[Any], record: Record) -> bool:
    """Whether a delivery that is still held has the record."""
    return conn.execute(_KNOWN.encode(), vars(record)).fetchone() is not None


def remove(settings: Settings, entry_id: int, by: str, reason: str) -> None:
    """End an entry, from the next run on; it stays on record with who ended it and why.

    Raises:
        GovernanceError: no name or reason, or no standing entry of that number.
    """
    why = required(reason, "Say why (--reason), without naming anybody")
    with acting(settings, by, "do_not_link_remove") as (conn, detail):
        if conn.execute(_REMOVE, [by.strip(), why, utc_now(), entry_id]).fetchone() is None:
            raise GovernanceError(f"The register has no standing entry {entry_id}: see 'hearthlink do-not-link list'")
        detail["entry_id"] = entry_id


def standing(settings: Settings, reader: str) -> list[Entry]:
    """The standing entries, oldest first. That the register was read is logged with the reader's name."""
    with acting(settings, reader, "do_not_link_list") as (conn, detail):
        entries = [Entry(*row) for row in conn.execute(_STANDING.encode()).fetchall()]
        detail["entries"] = len(entries)
        return entries


def _require_partners(settings: Settings, conn: psycopg.Connection, records: list[Record]) -> None:
    """A slip in a partner's code would keep nobody apart. Those of the last run count too: its people are shown."""
    of_last_run = {code for (code,) in conn.execute("select partner from agreement.partners").fetchall()}
    for partner in {record.partner for record in records} - of_last_run:
        load_agreement(settings.agreement_file).partner(partner)


def _as_things_stand(conn: psycopg.Connection, records: list[Record]) -> tuple[int, bool]:
    """How many of the records nothing was delivered of, and whether they are one person until the next run."""
    if not conn.execute(_HAS_RUN.encode()).fetchall()[0][0]:
        return len(records), False
    unknown = sum(not is_delivered(conn, record) for record in records)
    other = records[1] if len(records) > 1 else None
    names = {
        "partner": records[0].partner,
        "record_id": records[0].record_id,
        "other_partner": other and other.partner,
        "other_record_id": other and other.record_id,
    }
    together = conn.execute(_SHOWN_TOGETHER, names).fetchall()[0][0]
    return unknown, together > 0
