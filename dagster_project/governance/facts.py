"""What the suites need to know about a run, from the agreement, the contracts and the database's catalogue."""

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg

from dagster_project.agreement.model import SOURCE_OF_KIND, Agreement
from dagster_project.extracts.contracts import Contract
from dagster_project.governance.errors import GovernanceError
from dagster_project.warehouse.swap import PUBLISHED
from expectations.facts import Facts, ItemColumn, Reference, StagedExtract
from expectations.held import TABLE as INDICATORS

# Columns that hold an item under another name.
_ALSO = {"former_upn": "upn"}
# In the extracts of these sources the record's own id is the item.
_OWN_ID = {"csc": "social_care_id", "asc": "social_care_id", "edu": "education_id"}
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
# Types in which no identifier fits.
_NOT_SEARCHED = ("date", "boolean", "timestamp with time zone", "timestamp without time zone")
_COLUMNS = """
    select relname, attname, format_type(atttypid, null)
    from pg_catalog.pg_class
    inner join pg_catalog.pg_attribute on pg_class.oid = attrelid
    where relnamespace = %s::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped
    order by relname, attnum
"""


def read_facts(
    conn: psycopg.Connection[Any], agreement: Agreement, contracts: Mapping[str, Contract], schema: str
) -> Facts:
    """The facts of the run that the warehouse is at.

    Raises:
        GovernanceError: no run has begun.
    """
    if conn.execute("select from agreement.run_context").fetchone() is None:
        raise GovernanceError("No run has begun: load the agreement into the warehouse first")
    types = conn.execute(_COLUMNS.encode(), [schema]).fetchall()
    published = conn.execute(_COLUMNS.encode(), [PUBLISHED]).fetchall()
    return Facts(
        max_faulty_share=agreement.landing.max_rejected_percent / 100,
        extracts=tuple(staged_extract(contract) for contract in contracts.values()),
        item_columns=tuple(_item_columns(agreement)),
        searched_columns=_by_table((table, column) for table, column, kind in types if kind not in _NOT_SEARCHED),
        number_columns=_by_table((table, column) for table, column, kind in types if kind in _NUMBERS),
        matching_columns=tuple(matching_columns(agreement, contracts)),
        holds=agreement.holds,
        published_columns=frozenset(column for table, column, _ in published if table == INDICATORS),
    )


def staged_extract(contract: Contract) -> StagedExtract:
    """The staged table that a contract describes."""
    return StagedExtract(
        extract=contract.name,
        kind=contract.kind,
        columns=contract.columns,
        required=tuple(field.column for field in contract.fields if field.required),
        key=contract.primary_key,
        dates=tuple(field.column for field in contract.fields if field.type == "date"),
        references=tuple(Reference(key.fields, key.extract, key.extract_fields) for key in contract.foreign_keys),
    )


def _item_columns(agreement: Agreement) -> Iterator[ItemColumn]:
    for item in agreement.items:
        for name in item.columns:
            table, _, column = name.partition(".")
            yield ItemColumn(item.id, item.clause, table, column)


def matching_columns(agreement: Agreement, contracts: Mapping[str, Contract]) -> Iterator[tuple[str, str, str]]:
    """The columns of staged tables about persons that hold an item for matching only."""
    clauses = {item.id: item.clause for item in agreement.items if item.use == "match_only"}
    for contract in contracts.values():
        if "person_id" not in contract.columns:
            continue
        own_id = _OWN_ID.get(SOURCE_OF_KIND.get(contract.kind, ""))
        for column in contract.columns:
            item = own_id if column == "person_id" else _ALSO.get(column, column)
            if item in clauses and (column != "person_id" or "legal_last_name" in contract.columns):
                yield clauses[item], staged_extract(contract).table, column


def _by_table(columns: Iterator[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    tables: dict[str, list[str]] = {}
    for table, column in columns:
        tables.setdefault(table, []).append(column)
    return {table: tuple(names) for table, names in tables.items()}
