"""Records whose person has no housing record in any file now, in snapshots of which retention has left some rows only.

What kept such a record from being taken for somebody else's may be deleted: its namesakes. So it goes before anything
is matched again; its person has left, and is deleted with a tombstone by the purge after the publish.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.governance.retention.belonging import MEMBERS, belongings

# Whoever may be on legal hold is left to the purge, which moves what it deletes.
_ORPHANS = """
    create temporary table orphans on commit drop as
    with housed as (
        select partner, btrim(person_id) as record_id from raw.{case_members}
        union all
        select partner, btrim(person_id) from raw.{tenancy_members}
    )
    select held.partner, held.record_id
    from control.held_records as held
    where not exists (
            select from control.held_records as other
            inner join housed on other.partner = housed.partner and other.record_id = housed.record_id
            where other.person_key = held.person_key)
        and not exists (
            select from control.legal_holds as hold
            where hold.released_at is null
                and (hold.scope <> 'person' or exists (
                    select from control.held_records as other
                    where other.person_key = held.person_key
                        and other.partner = hold.partner and other.record_id = hold.subject_id)))
"""
_TRIMMED = (
    "select partner from control.current_snapshots where extract = %s and trimmed_at is not null order by partner"
)
_DELETE = """
    delete from raw.{table} as held using orphans
    where held.partner = {partner} and orphans.partner = held.partner and orphans.record_id = btrim(held.person_id)
"""
_COUNTED = """
    update control.current_snapshots set rows_loaded = rows_loaded - %s where partner = %s and extract = %s
"""


def delete_orphans(conn: psycopg.Connection[Any]) -> Iterator[tuple[str, int]]:
    """Delete them in the caller's transaction, as administrator; each table of `raw` with its number of rows."""
    statement = sql.SQL(_ORPHANS).format(
        case_members=sql.Identifier(MEMBERS["case"]), tenancy_members=sql.Identifier(MEMBERS["tenancy"])
    )
    conn.execute(statement)
    for held in belongings():
        if held.kind != "person" or held.extract in MEMBERS.values():
            continue
        for (partner,) in conn.execute(_TRIMMED, [held.extract]).fetchall():
            gone = conn.execute(
                sql.SQL(_DELETE).format(table=sql.Identifier(held.extract), partner=sql.Literal(partner))
            ).rowcount
            if gone:
                conn.execute(_COUNTED, [gone, partner, held.extract])
                yield f"{held.extract}__{partner}", gone
