"""Counts how good the newest deliveries are, from the staged and matched layers. No value leaves the database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.extracts.contracts import load_contracts
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.roles import PUBLISHER

EMPTY, BROKEN, LINKED, RECORDS = "empty", "broken_reference", "linked", "records"
IDENTIFIER_MEASURES = ("filled", "valid", "placeholder", "invalid", "unlawful")

_IDENTIFIERS = "select partner, field, rows_counted, filled, valid, placeholder, invalid, unlawful from {}"
# A housing record counts while it is in scope; another system's counts when somebody in scope is the same person.
_LINKED = """
    with both_sides as (
        select person_key
        from matched.person_records
        group by person_key
        having bool_or(source = 'housing') and bool_or(source <> 'housing')
    ),
    subjects as (
        select partner, record_id from matched.scope_housing_records
        union all
        select partner, record_id from matched.identity_records where source <> 'housing'
    )
    select subjects.partner, count(both_sides.person_key), count(*)
    from subjects
    left join matched.person_records as record using (partner, record_id)
    left join both_sides using (person_key)
    group by subjects.partner
"""
# Counted for a delivery that is not the newest any more, the numbers stay as they were.
_FORGET = """
    delete from control.delivery_quality as quality
    using control.current_snapshots as current
    where quality.delivery_key = current.delivery_key and quality.extract = current.extract
"""
_KEEP = """
    insert into control.delivery_quality (delivery_key, extract, measure, subject, counted, out_of)
    select delivery_key, extract, %(measure)s, %(subject)s, %(counted)s, %(out_of)s
    from control.current_snapshots
    where partner = %(partner)s and extract = %(extract)s
"""


@dataclass(frozen=True)
class Measured:
    """One count of one partner: `counted` of `out_of` rows of the extract. `subject` says of what."""

    partner: str
    extract: str
    measure: str
    subject: str
    counted: int
    out_of: int


def measure_quality(settings: Settings) -> list[Measured]:
    """Measure the newest snapshots and keep the counts with their deliveries. One transaction.

    Raises:
        WarehouseError: the warehouse cannot be reached.
        psycopg.Error: a layer is not built.
    """
    with connect(settings, PUBLISHER) as conn, conn.transaction():
        measured = [*_columns(conn), *_references(conn), *_identifiers(conn), *_links(conn)]
        conn.execute(_FORGET.encode())
        with conn.cursor() as cursor:
            cursor.executemany(_KEEP.encode(), [vars(one) for one in measured])
    return measured


def persons_extracts() -> dict[str, str]:
    """Kind of partner to the extract that holds its persons."""
    return {
        contract.kind: contract.name for contract in load_contracts().values() if "legal_last_name" in contract.columns
    }


def subject_of_reference(fields: tuple[str, ...], extract: str) -> str:
    """How a reference is called: `case_id in hou_homeless_cases`."""
    return f"{', '.join(fields)} in {extract}"


def _columns(conn: psycopg.Connection[Any]) -> Iterator[Measured]:
    for contract in load_contracts().values():
        counts = sql.SQL(", ").join(sql.SQL("count({})").format(sql.Identifier(name)) for name in contract.columns)
        query = sql.SQL("select partner, count(*), {} from {} group by partner").format(counts, _staged(contract.name))
        for partner, rows, *filled in conn.execute(query).fetchall():
            for column, present in zip(contract.columns, filled, strict=True):
                yield Measured(partner, contract.name, EMPTY, column, rows - present, rows)


def _references(conn: psycopg.Connection[Any]) -> Iterator[Measured]:
    for contract in load_contracts().values():
        for key in contract.foreign_keys:
            query = sql.SQL(
                "select child.partner, count(*) filter (where not exists ("
                "select from {parent} as parent where {same})), count(*)"
                " from {child} as child where {present} group by child.partner"
            ).format(
                parent=_staged(key.extract),
                child=_staged(contract.name),
                same=_same(("partner", *key.fields), ("partner", *key.extract_fields)),
                present=sql.SQL(" and ").join(
                    sql.SQL("child.{} is not null").format(sql.Identifier(field)) for field in key.fields
                ),
            )
            subject = subject_of_reference(key.fields, key.extract)
            for partner, broken, rows in conn.execute(query).fetchall():
                yield Measured(partner, contract.name, BROKEN, subject, broken, rows)


def _identifiers(conn: psycopg.Connection[Any]) -> Iterator[Measured]:
    extracts = _persons_of_partners(conn)
    query = sql.SQL(_IDENTIFIERS).format(sql.Identifier("matched", "identity_field_counts"))
    for partner, field, rows, *counts in conn.execute(query).fetchall():
        if partner in extracts:
            for name, counted in zip(IDENTIFIER_MEASURES, counts, strict=True):
                yield Measured(partner, extracts[partner], f"identifier_{name}", field, counted, rows)


def _links(conn: psycopg.Connection[Any]) -> Iterator[Measured]:
    extracts = _persons_of_partners(conn)
    for partner, linked, records in conn.execute(_LINKED.encode()).fetchall():
        if partner in extracts:
            yield Measured(partner, extracts[partner], LINKED, RECORDS, linked, records)


def _persons_of_partners(conn: psycopg.Connection[Any]) -> Mapping[str, str]:
    of_kind = persons_extracts()
    rows = conn.execute("select partner, kind from agreement.partners").fetchall()
    return {partner: of_kind[kind] for partner, kind in rows}


def _staged(extract: str) -> sql.Identifier:
    return sql.Identifier("staged", f"stg_{extract}")


def _same(child: tuple[str, ...], parent: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(" and ").join(
        sql.SQL("child.{} = parent.{}").format(sql.Identifier(ours), sql.Identifier(theirs))
        for ours, theirs in zip(child, parent, strict=True)
    )
