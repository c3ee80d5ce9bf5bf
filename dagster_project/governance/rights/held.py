"""What the layers hold about a person, row by row: as delivered, as typed, as shown; third parties marked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance.retention.belonging import MEMBERS, Belonging, Kind, belongings
from dagster_project.governance.rights.subject import Subject
from dagster_project.governance.workbooks import Cell, Table

STAFF = "a member of staff: decide on redaction"
HOUSEHOLD = "another member of the household: redact"
SHARED = "shared with others of the household: decide on redaction"
# Columns that name a person who works on a case.
STAFF_FIELDS = frozenset({"worker_name", "caseworker", "officer", "housing_officer", "assigned_caseworkers"})
_ORIGIN = ("partner", "delivery_id", "file_number", "line_number")
_SUBJECTS = """
    create temporary table report_subjects on commit drop as
    select 'person' as kind, partner, record_id as subject_id
    from unnest(%(partners)s::text[], %(records)s::text[]) as records (partner, record_id)
"""
_HOUSEHOLDS = """
    insert into report_subjects
    select distinct {kind}, members.partner, btrim(members.{column})
    from raw.{members} as members
    inner join report_subjects as people
        on people.kind = 'person' and members.partner = people.partner and btrim(members.person_id) = people.subject_id
    where nullif(btrim(members.{column}), '') is not null
"""
_ROWS = """
    select to_jsonb(held), deliveries.extract_date, deliveries.received_at::date
    from {table} as held
    left join control.current_snapshots as snapshots
        on held.partner = snapshots.partner and snapshots.extract = {extract}
    left join control.deliveries as deliveries on snapshots.delivery_key = deliveries.delivery_key
    where {stays}
    order by held.partner, 1
"""
_OTHERS = """
    select members.partner, {extract}, members.person_id, members.legal_first_name, members.legal_last_name
    from raw.{members} as members
    inner join report_subjects as homes
        on homes.kind = {kind} and members.partner = homes.partner and btrim(members.{column}) = homes.subject_id
    where not exists (
        select from report_subjects as people
        where people.kind = 'person' and people.partner = members.partner
            and people.subject_id = btrim(members.person_id))
    order by 1, 2, 3
"""
_SHOWN_TABLES = """
    select relations.relname
    from pg_catalog.pg_class as relations
    inner join pg_catalog.pg_attribute as attributes on relations.oid = attributes.attrelid
    where relations.relnamespace = to_regnamespace('mart') and relations.relkind = 'r'
        and attributes.attname = 'person_key' and not attributes.attisdropped
    order by 1
"""
_ITEMS = "select mart_table, mart_column, item from agreement.item_columns"
RECORD_COLUMNS = (
    *("layer", "partner", "extract", "delivery", "data as at", "received", "line"),
    *("field", "value", "third party"),
)
SHOWN_COLUMNS = ("table", "row", "item", "column", "value", "third party")


@dataclass
class Held:
    """What was found: the sheets, and every id under which a system files something about the person."""

    tables: list[Table]
    ids: set[tuple[str, str]] = field(default_factory=set)


def find_held(conn: psycopg.Connection[Any], subject: Subject) -> Held:
    """Read it in the caller's transaction, as the administrator."""
    names = {
        "partners": [record.partner for record in subject.records],
        "records": [record.record_id for record in subject.records],
    }
    conn.execute(_SUBJECTS, names)
    for kind, members in MEMBERS.items():
        conn.execute(_of_household(_HOUSEHOLDS, kind, members))
    others = list(_other_members(conn))
    held = Held([], {(record.partner, record.record_id) for record in subject.records})
    rows = [row for layer in ("raw", "staged") for row in _layer(conn, layer, bool(others), held.ids)]
    held.tables = [
        Table("Records", RECORD_COLUMNS, rows),
        Table("Shown", SHOWN_COLUMNS, list(_shown(conn, subject)) if subject.person_key else []),
        Table("Household", ("partner", "extract", "record", "first name", "last name", "third party"), others),
    ]
    return held


def _of_household(text: str, kind: Kind, members: str) -> sql.Composed:
    column = {"case": "case_id", "tenancy": "tenancy_id"}[kind]
    return sql.SQL(text).format(  # type: ignore[arg-type] - our own words
        kind=sql.Literal(kind),
        column=sql.Identifier(column),
        members=sql.Identifier(members),
        extract=sql.Literal(members),
    )


def _other_members(conn: psycopg.Connection[Any]) -> Iterator[tuple[Cell, ...]]:
    for kind, members in MEMBERS.items():
        for row in conn.execute(_of_household(_OTHERS, kind, members)).fetchall():
            yield (*row, HOUSEHOLD)


def _layer(
    conn: psycopg.Connection[Any], layer: str, has_others: bool, ids: set[tuple[str, str]]
) -> Iterator[tuple[Cell, ...]]:
    for held in belongings():
        table = held.extract if layer == "raw" else f"stg_{held.extract}"
        if conn.execute("select to_regclass(%s) is null", [f"{layer}.{table}"]).fetchall()[0][0]:
            continue
        statement = sql.SQL(_ROWS).format(
            table=sql.Identifier(layer, table),
            extract=sql.Literal(held.extract),
            stays=held.stays("report_subjects"),
        )
        for contents, extract_date, received in conn.execute(statement).fetchall():
            ids |= {(contents["partner"], contents[name].strip()) for name in _id_fields(held) if contents.get(name)}
            origin = [contents.get(name) for name in _ORIGIN]
            for name, value in contents.items():
                if name in _ORIGIN or value is None or value == "":
                    continue
                whose = _third_party(name, held, contents, has_others)
                yield (
                    *(layer, origin[0], held.extract, origin[1], extract_date, received, origin[3]),
                    *(name, _text(value), whose),
                )


def _id_fields(held: Belonging) -> Iterator[str]:
    fields = load_contracts()[held.extract].columns
    return (name for name in fields if name in ("person_id", "case_id", "tenancy_id", "referral_id", "plan_id"))


def _third_party(name: str, held: Belonging, contents: Mapping[str, Any], has_others: bool) -> str | None:
    if name in STAFF_FIELDS:
        return STAFF
    if held.kind != "person" and has_others and not contents.get("person_id"):
        return SHARED
    return None


def _shown(conn: psycopg.Connection[Any], subject: Subject) -> Iterator[tuple[Cell, ...]]:
    items = {(table, column): item for table, column, item in conn.execute(_ITEMS).fetchall()}
    for (table,) in conn.execute(_SHOWN_TABLES).fetchall():
        statement = sql.SQL("select to_jsonb(shown) from {} as shown where person_key = %s order by 1").format(
            sql.Identifier("mart", table)
        )
        for number, (contents,) in enumerate(conn.execute(statement, [subject.person_key]).fetchall(), start=1):
            for column, value in contents.items():
                if value is not None and column != "visible_to":
                    item = items.get((table, column))
                    yield table, number, item, column, _text(value), STAFF if column in STAFF_FIELDS else None


def _text(value: object) -> str:
    """A JSON value as the database writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
