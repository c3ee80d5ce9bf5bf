"""Disputed items (Art. 16 UK GDPR): blank in the mart for as long as the source says what was disputed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.clock import utc_now
from dagster_project.governance.access_log import record as log
from dagster_project.governance.decisions.do_not_link import Record
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.rights.requests import Opened, add
from dagster_project.governance.rights.steward import stewarding
from dagster_project.governance.rights.subject import find
from dagster_project.settings import Settings

_SHOWN_BY = """
    select columns.mart_table, array_agg(columns.mart_column order by columns.mart_column)
    from agreement.item_columns as columns
    inner join agreement.data_items as items on columns.item = items.item
    where columns.item = %(item)s and items.use = 'display' and exists (
        select from pg_catalog.pg_attribute
        where attrelid = to_regclass('mart.' || columns.mart_table) and attname = 'person_key')
    group by columns.mart_table
    order by columns.mart_table
"""
# The same text and hash as in the model item_disputes.
_TOLD = """
    insert into control.disputed_rows (request_id, mart_table, mart_columns, value_hash)
    select distinct %(request_id)s::bigint, %(table)s, %(columns)s::text[], hashed.value_hash
    from {table} as shown
    cross join control.person_key_salt as salts
    cross join lateral (
        select
            bool_or(to_jsonb(shown) ->> named <> '') as is_told,
            'v' || substr(encode(sha256(convert_to(
                salts.salt || '|' || 'a disputed value' || '|' || %(item)s || '|'
                || jsonb_agg(to_jsonb(shown) -> named order by named)::text, 'UTF8'
            )), 'hex'), 1, 20) as value_hash
        from unnest(%(columns)s::text[]) as named
    ) as hashed
    where shown.person_key = %(person_key)s and hashed.is_told {of_partner}
"""
_BY_SYSTEM = "bridge_person_address"
_STANDS = """
    select from control.rights_requests as requests
    inner join control.rights_records as records on requests.request_id = records.request_id
    inner join control.person_key_records as known on records.record_hash = known.record_hash
    where requests.kind = 'dispute' and requests.closed_at is null and requests.item = %(item)s
        and requests.partner is not distinct from %(partner)s and known.person_key = %(person_key)s
"""
_CORRECTED = """
    update control.rights_requests as requests
    set outcome = 'corrected', outcome_reason = 'the source says something else', closed_by = 'hearthlink',
        closed_at = %(now)s
    where requests.kind = 'dispute' and requests.closed_at is null and (
        select not bool_or(judged.is_standing)
        from matched.item_disputes as judged
        where judged.request_id = requests.request_id)
    returning requests.request_id
"""


@dataclass(frozen=True)
class Disputed(Opened):
    """A dispute on record; `rows` counts the rows of the mart whose cells will be blank."""

    rows: int


def dispute(
    settings: Settings,
    person_key: str | None,
    record: Record | None,
    item: str,
    login: str,
    reason: str,
    partner: str | None = None,
    received_on: date | None = None,
) -> Disputed:
    """Dispute an item of a person: from the next run on it is blank, until the source says something else.

    `partner` names the system whose word is disputed, for an address, which each system tells on its own.

    Raises:
        GovernanceError: no item that is shown, nothing shown of it, a dispute that stands already, an address
            without a partner, or as `stewarding` and `find` do.
    """
    with stewarding(settings, login, "person_dispute", reason) as (conn, detail):
        subject = find(conn, person_key, record)
        names = {"item": item, "partner": partner, "person_key": subject.person_key}
        tables = conn.execute(_SHOWN_BY, names).fetchall()
        if not tables:
            raise GovernanceError("The mart shows no such item: name one as the agreement has it (its id)")
        _require_partner({table for table, _ in tables}, partner)
        if conn.execute(_STANDS, names).fetchone() is not None:
            raise GovernanceError("This item of the person is disputed already: see 'hearthlink person list'")
        opened = add(conn, detail, "dispute", subject, login, received_on, {"item": item, "partner": partner})
        rows = sum(
            _remember(conn, {**names, "request_id": opened.request_id, "table": table, "columns": columns})
            for table, columns in tables
        )
        if not rows:
            raise GovernanceError(
                "The mart shows nothing of that item for this person: what is missing is put right at the source"
            )
        detail |= {"item": item, "partner": partner, "rows": rows}
        return Disputed(opened.request_id, opened.due_on, opened.person, rows)


def find_corrected(conn: psycopg.Connection[Any]) -> list[int]:
    """End the disputes whose source says something else by now, after a publish and before its purge clears `matched`.

    Returns the requests, to be logged with `log_corrected` at the transaction's end. `conn` is the administrator's.
    """
    if not conn.execute("select to_regclass('matched.item_disputes') is not null").fetchall()[0][0]:
        return []
    return [request for (request,) in conn.execute(_CORRECTED.encode(), {"now": utc_now()}).fetchall()]


def log_corrected(conn: psycopg.Connection[Any], corrected: list[int], publish_id: str) -> None:
    """Say of each that it ended by itself, and with which publish."""
    for request in corrected:
        log(
            conn,
            actor="hearthlink",
            action="person_dispute_corrected",
            subject=f"request {request}",
            detail={"publish_id": publish_id},
        )


def _require_partner(tables: set[str], partner: str | None) -> None:
    if _BY_SYSTEM in tables and partner is None:
        raise GovernanceError("Each system tells its own address: say whose is disputed (--partner CODE)")
    if _BY_SYSTEM not in tables and partner is not None:
        raise GovernanceError("This item is shown once for all systems: leave out --partner")


def _remember(conn: psycopg.Connection[Any], names: dict[str, Any]) -> int:
    statement = sql.SQL(_TOLD).format(
        table=sql.Identifier("mart", names["table"]),
        of_partner=sql.SQL("and shown.partner = %(partner)s" if names["table"] == _BY_SYSTEM else ""),
    )
    return conn.execute(statement, names).rowcount
