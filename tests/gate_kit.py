"""Builds the gate's small invented world (tests/gate_world.py) in a warehouse, breaks it and judges it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from dagster_project.agreement.loader import RunContext, load_into_warehouse
from dagster_project.agreement.model import file_sha256, load_agreement
from dagster_project.agreement.register import load_register, matching
from dagster_project.extracts.contracts import Contract, load_contracts
from dagster_project.governance import gate
from dagster_project.governance.access.controls import control_statements
from dagster_project.governance.access.functions import ensure_functions
from dagster_project.governance.facts import read_facts
from dagster_project.governance.mart_shape import STRUCTURAL, mart_shape
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, sqlalchemy_url
from dagster_project.warehouse.swap import reset_candidate
from expectations.redact import Observed, Verdict
from expectations.runner import build_suites, run_suites
from expectations.subjects import SUBJECTS
from tests import gate_world as world


def build_world(settings: Settings, publish_id: str = world.PUBLISH_ID) -> None:
    """Everything from the agreement to the candidate, as the pipeline's own logins would leave it."""
    agreement = load_agreement(settings.agreement_file)
    context = RunContext(
        publish_id, world.AS_AT, file_sha256(settings.agreement_file), datetime(2026, 11, 20, tzinfo=UTC)
    )
    with connect(settings, "admin") as conn:
        ensure_functions(conn, agreement)
    with connect(settings, "hl_loader") as conn:
        load_into_warehouse(conn, agreement, context)
        _deliver(conn)
    with connect(settings, "hl_publisher") as conn:
        reset_candidate(conn)
    with connect(settings, "hl_dbt") as conn:
        for (table,) in conn.execute(world.TABLES.encode()).fetchall():
            conn.execute(f"drop table {table}".encode())
        _build_staged(conn)
        _build_matched(conn)
        _build_mart(conn, settings, publish_id)


def read_rows(settings: Settings) -> dict[str, str]:
    """The rows of every table that dbt owns, as JSON per table."""
    query = "select coalesce(json_agg(rows), '[]')::text from {} as rows"
    with connect(settings, "hl_dbt") as conn:
        tables = [table for (table,) in conn.execute(world.TABLES.encode()).fetchall()]
        return {table: text for table in tables for (text,) in conn.execute(query.format(table).encode())}


def restore_rows(settings: Settings, rows: dict[str, str]) -> None:
    """Put back what `read_rows` read; much quicker than building the world again."""
    with connect(settings, "hl_dbt") as conn:
        for table, text in rows.items():
            conn.execute(f"delete from {table}".encode())
            if text != "[]":
                conn.execute(
                    f"insert into {table} select * from json_populate_recordset(null::{table}, %s)".encode(), [text]
                )


def alter(settings: Settings, statement: str, login: str = "hl_dbt") -> None:
    """Plant a fault."""
    with connect(settings, login) as conn:
        conn.execute(statement.encode())


def run_tables(settings: Settings, *tables: str) -> tuple[Verdict, ...]:
    """Verdicts of the suites of some tables only (all suites when none is named)."""
    url = sqlalchemy_url(settings, "hl_publisher")
    with connect(settings, "hl_publisher") as conn:
        facts = read_facts(conn, load_agreement(settings.agreement_file), load_contracts(), "mart_candidate")
    return run_suites(url, [suite for suite in build_suites(facts) if not tables or suite.table in tables])


def without_suites(patch: pytest.MonkeyPatch) -> None:
    """Let the gate pass every suite unseen, where a test is about something else: the suites take seconds."""
    observed: Observed = {"expectation": "none", "table": "none", "dimension": "none"}
    names = {f"{subject}/stand_in" for subject in SUBJECTS} | set(registered_checks())
    checks = tuple(
        Verdict(suite, check_id, "PU-03", passed=True, observed=observed)
        for suite, _, check_id in (name.partition("/") for name in sorted(names))
    )
    patch.setattr(gate, "run_gate", lambda *_: checks)


def registered_checks() -> list[str]:
    """One name for each check of the suites that the clause register asks for: publishing misses none of them."""
    names = set()
    for check in {check for clause in load_register() for check in clause.checks}:
        suite, _, check_id = check.partition("/")
        names |= {f"{subject}/{check_id.replace('*', 'stand_in')}" for subject in matching(suite, SUBJECTS)}
    return sorted(names)


def judge_lightly(settings: Settings, publish_id: str) -> None:
    """A passing verdict on the candidate as it stands."""
    with pytest.MonkeyPatch.context() as patch:
        without_suites(patch)
        assert gate.judge(settings, publish_id).passed


def failed(checks: Iterable[Verdict]) -> set[str]:
    """Check ids of failed checks."""
    return {check.check_id for check in checks if not check.passed}


def _deliver(conn: psycopg.Connection[Any]) -> None:
    conn.execute("delete from control.current_snapshots")
    conn.execute("delete from control.deliveries")
    for number, (extract, rows) in enumerate(world.DELIVERED.items()):
        partner = _partner(load_contracts()[extract])
        key = conn.execute(
            "insert into control.deliveries (delivery_id, partner, extract_date, content_sha256, manifest_sha256,"
            " route, status, received_at) values (%s, %s, %s, %s, %s, 'direct', 'loaded', now())"
            " returning delivery_key",
            [f"d{number}", partner, world.AS_AT, f"{number:064}", f"{number:064}"],
        ).fetchone()
        assert key is not None
        conn.execute(
            "insert into control.delivery_files values (%s, %s, %s, 1, %s, %s, 0)",
            [key[0], extract, f"{number:064}", len(rows), len(rows)],
        )
        conn.execute(
            "insert into control.current_snapshots values (%s, %s, %s, %s, %s, %s)",
            [partner, extract, key[0], f"d{number}", world.AS_AT, len(rows)],
        )


def _build_staged(conn: psycopg.Connection[Any]) -> None:
    for name, contract in load_contracts().items():
        columns = {field.column: world.SQL_TYPES[field.type] for field in contract.fields}
        columns |= {"partner": "text", "delivery_id": "text", "line_number": "integer"}
        create(conn, "staged", f"stg_{name}", columns)
        provenance = {"partner": _partner(contract), "delivery_id": "d", "line_number": 2}
        insert(conn, "staged", f"stg_{name}", [provenance | row for row in world.DELIVERED.get(name, [])])


def _build_matched(conn: psycopg.Connection[Any]) -> None:
    conn.execute(world.MATCHED.encode())
    with conn.cursor() as cursor:
        cursor.executemany("insert into matched.person_records values (%s, %s, %s, %s, %s)", world.RECORDS)
        cursor.executemany(
            "insert into matched.scope_housing_records values ('fakeshire_ta', %s, true)", [("M1",), ("M2",), ("M3",)]
        )
        cursor.executemany(
            "insert into matched.links values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [(*link, Jsonb(world.FLAGS)) for link in world.LINKS],
        )
        cursor.execute(
            "insert into matched.review_queue values ('r1', 'ambiguous_key', 'birth_date_and_name', 'housing',"
            " 'fakeshire_ta', 'M1', 'edu', 'fakeshire_edu', 'EDU-800009', 3, %s, now())",
            [Jsonb(world.FLAGS)],
        )
    conn.execute("insert into matched.people select distinct person_key, true from matched.person_records")
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into matched.link_explanations select person_key, partner, source, record_id, %(path)s,"
            " 'linked in tier 3', cardinality(array_remove(string_to_array(%(path)s, ' '), '')), %(tier)s"
            " from matched.person_records where record_id = %(record)s",
            [{"record": record, "path": path, "tier": tier} for record, path, tier in world.EXPLAINED],
        )
    conn.execute(
        "insert into matched.person_key_records select 'n' || record_id, person_key from matched.person_records"
    )
    conn.execute("grant select on all tables in schema matched to hl_publisher")
    conn.execute("grant select on all tables in schema staged to hl_publisher")


def _build_mart(conn: psycopg.Connection[Any], settings: Settings, publish_id: str) -> None:
    agreement = load_agreement(settings.agreement_file)
    shape = mart_shape(agreement)
    for table in STRUCTURAL:
        columns = sorted(column for owner, column in shape.columns if owner == table)
        create(conn, "mart_candidate", table, {column: world.MART_TYPES.get(column, "text") for column in columns})
        in_ta = {"is_in_temporary_accommodation": "Y"} if table == "fct_person_indicators" else {}
        added = in_ta | {"publish_id": publish_id, "visible_to": ["whole_system"]}
        rows = [row | added for row in world.MART.get(table, [])]
        insert(conn, "mart_candidate", table, [{name: row[name] for name in row if name in columns} for row in rows])
    conn.execute(
        "insert into mart_candidate.dim_partner (partner, kind, source, publish_id)"
        " select partner, kind, source, %s from agreement.partners",
        [publish_id],
    )
    conn.execute(
        "insert into mart_candidate.publish_info (publish_id, as_at, agreement_id, agreement_version, hold_while)"
        " select publish_id, as_at, agreement_id, agreement_version, hold_while from agreement.run_context"
    )
    for statement in control_statements(shape, "mart_candidate"):
        conn.execute(statement)


def create(conn: psycopg.Connection[Any], schema: str, table: str, columns: dict[str, str]) -> None:
    """Create a table from column names and types."""
    parts = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns.items()]  # type: ignore[arg-type]
    conn.execute(sql.SQL("create table {} ({})").format(sql.Identifier(schema, table), sql.SQL(", ").join(parts)))


def insert(conn: psycopg.Connection[Any], schema: str, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows given as column to value."""
    for row in rows:
        conn.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier(schema, table),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join([sql.Placeholder()] * len(row)),
            ),
            list(row.values()),
        )


def _partner(contract: Contract) -> str:
    return world.PARTNER_OF_KIND.get(contract.kind, "reference" if contract.kind == "reference" else "fakeshire_homes")
