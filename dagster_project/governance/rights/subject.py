"""Whom a request is about: a person of the last run by key, or a partner's record by its id."""

from dataclasses import dataclass
from typing import Any

import psycopg

from dagster_project.governance.decisions.do_not_link import Record
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.retention.belonging import MEMBERS

# Where each system's people stand as delivered.
PERSON_EXTRACTS = (*MEMBERS.values(), "csc_persons", "asc_persons", "edu_pupils")
_OF_KEY = "select partner, record_id from matched.person_records where person_key = %s order by partner, record_id"
_KEY_OF = "select person_key from matched.person_records where partner = %s and record_id = %s"
_DELIVERED = " union all ".join(
    f"select 1 from raw.{table} where partner = %(partner)s and btrim(person_id) = %(record_id)s"  # noqa: S608 our own names
    for table in PERSON_EXTRACTS
)
# As in the model person_hashes.
HASH = """
    'n' || substr(encode(sha256(convert_to(
        salts.salt || '|' || 'record of a person' || '|' || {partner} || '|' || {record_id}, 'UTF8'
    )), 'hex'), 1, 20)
"""
_HASHES = (
    f"select {HASH.format(partner='%(partner)s::text', record_id='%(record_id)s::text')}"  # noqa: S608
    " from control.person_key_salt as salts"
)


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
            if conn.execute(_DELIVERED.encode(), vars(record)).fetchone() is None:
                raise GovernanceError("Nothing is held of that record: see the partner's code and its own id")
            return Subject(None, (record,))
        person_key = row[0]
    found = tuple(Record(*row) for row in conn.execute(_OF_KEY, [person_key]).fetchall())
    if not found:
        raise GovernanceError(f"Nobody has the key {person_key} in the last run: try --record PARTNER:ID")
    return Subject(person_key, found)


def hashes(conn: psycopg.Connection[Any], subject: Subject) -> list[str]:
    """The salted hash of each record, in the order of the records."""
    return [conn.execute(_HASHES.encode(), vars(record)).fetchall()[0][0] for record in subject.records]
