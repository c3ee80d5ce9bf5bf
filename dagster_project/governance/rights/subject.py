"""Whom a request is about: a person of the last run by key, or a partner's record by its id."""

from dataclasses import dataclass
from typing import Any

import psycopg

from dagster_project.governance.decisions.do_not_link import Record, is_delivered
from dagster_project.governance.errors import GovernanceError

_OF_KEY = "select partner, record_id from matched.person_records where person_key = %s order by partner, record_id"
_KEY_OF = "select person_key from matched.person_records where partner = %s and record_id = %s"
# As in the model person_hashes.
HASH = """
    'n' || substr(encode(sha256(convert_to(
        salts.salt || '|' || 'record of a person' || '|' || {partner} || '|' || {record_id}, 'UTF8'
    )), 'hex'), 1, 20)
"""
_HASHES = f"""
    select {HASH.format(partner="records.partner", record_id="records.record_id")}
    from unnest(%(partners)s::text[], %(record_ids)s::text[]) as records (partner, record_id)
    cross join control.person_key_salt as salts
"""  # noqa: S608 our own text


@dataclass(frozen=True)
class Subject:
    """A person: the key in the last run, None for a record that is linked to nobody in scope, and all records."""

    person_key: str | None
    records: tuple[Record, ...]

    @property
    def name(self) -> str:
        """As the log calls the person."""
        return self.person_key or "a record out of scope"


def find(conn: psycopg.Connection[Any], person_key: str | None, record: Record | None) -> Subject:
    """The person of that key, or the one whom that record is linked to.

    Raises:
        GovernanceError: both or neither is given, or nothing is held of such a person.
    """
    if (person_key is None) == (record is None):
        raise GovernanceError("Say whom it is about: a person's key, or --record PARTNER:ID")
    if record is not None:
        row = conn.execute(_KEY_OF, [record.partner, record.record_id]).fetchone()
        if row is None:
            if not is_delivered(conn, record):
                raise GovernanceError("Nothing is held of that record: see the partner's code and its own id")
            return Subject(None, (record,))
        person_key = row[0]
    found = tuple(Record(*row) for row in conn.execute(_OF_KEY, [person_key]).fetchall())
    if not found:
        raise GovernanceError(f"Nobody has the key {person_key} in the last run: try --record PARTNER:ID")
    return Subject(person_key, found)


def hashes(conn: psycopg.Connection[Any], subject: Subject) -> list[str]:
    """The salted hash of each record."""
    names = {
        "partners": [record.partner for record in subject.records],
        "record_ids": [record.record_id for record in subject.records],
    }
    return [record_hash for (record_hash,) in conn.execute(_HASHES.encode(), names).fetchall()]
