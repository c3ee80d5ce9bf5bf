"""The agreement as tables: `agreement.*`, from which SQL, grants and checks take their rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.agreement.blank import offered_columns
from dagster_project.agreement.item_settings import extracts_of
from dagster_project.agreement.model import IDENTIFIERS, Agreement
from dagster_project.agreement.standing import standing


@dataclass(frozen=True)
class RunContext:
    """What one run is about: its publish id, its London as-at date and the agreement file it obeys."""

    publish_id: str
    as_at: date
    agreement_sha256: str
    started_at: datetime


def load_into_warehouse(conn: psycopg.Connection[Any], agreement: Agreement, context: RunContext) -> dict[str, int]:
    """Replace the contents of every `agreement.*` table in the caller's transaction.

    Partners without a published privacy statement are left out (CB-02), so that nothing of theirs is staged.
    Returns the row count per table.
    """
    tables = _tables(agreement, context)
    for table, (columns, rows) in tables.items():
        _replace(conn, table, columns, rows)
    return {table: len(rows) for table, (_, rows) in tables.items()}


def _tables(agreement: Agreement, context: RunContext) -> dict[str, tuple[Sequence[str], list[tuple[Any, ...]]]]:
    withheld = standing(agreement, context.as_at).withheld_partners
    partners = [partner for partner in agreement.partners if partner.code not in withheld]
    return {
        "partners": (
            ("partner", "name", "kind", "source", "role", "person_id_namespace", "route"),
            [(p.code, p.name, p.kind, p.source, p.role, p.namespace, p.delivery.route) for p in partners],
        ),
        "data_items": (
            ("item", "label", "use", "special_category", "clause"),
            [(i.id, i.label, i.use, i.special_category, i.clause) for i in agreement.items],
        ),
        "item_columns": (
            ("item", "mart_table", "mart_column"),
            [(i.id, *column.split(".")) for i in agreement.items for column in i.columns],
        ),
        "withheld_columns": (
            ("mart_table", "mart_column"),
            [tuple(column.split(".")) for column in sorted(offered_columns() - agreement.shown_columns)],
        ),
        "functions": (
            ("function", "name", "purpose", "row_scope", "answers_requests"),
            [(f.id, f.name, agreement.purpose_of(f), f.rows, f.answers_requests) for f in agreement.functions],
        ),
        "function_items": (("function", "item"), [(f.id, item) for f in agreement.functions for item in f.items]),
        "match_rules": (
            ("tier", "name", "enabled", "action"),
            [(t.tier, t.name, t.enabled, t.action) for t in agreement.matching],
        ),
        "match_methods": (("method", "action"), _methods(agreement, context.as_at)),
        "lawful_identifiers": (
            ("partner", "identifier", "allowed"),
            [(p.code, i, i in agreement.usable_identifiers(p)) for p in partners for i in IDENTIFIERS],
        ),
        "retention_rules": (
            ("rule", "domain", "trigger_event", "period_years", "period_days", "note"),
            [(r.rule, r.domain, r.trigger_event, r.period_years, r.period_days, r.note) for r in agreement.retention],
        ),
        "freshness": (
            ("partner", "extract", "max_age_days"),
            [(p.code, name, agreement.max_age_days(p, name)) for p in partners for name in extracts_of(p.kind)],
        ),
        "item_settings": _one_row(agreement.item_settings.as_row()),
        "retention_settings": _one_row(agreement.retention_settings.model_dump()),
        "run_context": _run_context(agreement, context),
    }


def _methods(agreement: Agreement, as_at: date) -> list[tuple[str, str]]:
    """The methods of tier 5 in force: the tier is on, and the approval is no later than the run's date (MA-06)."""
    return [
        (method.id, method.action)
        for tier in agreement.matching
        for method in tier.methods
        if tier.enabled and method.approved.date <= as_at
    ]


def _run_context(agreement: Agreement, context: RunContext) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
    values: dict[str, Any] = {
        "publish_id": context.publish_id,
        "as_at": context.as_at,
        "agreement_id": agreement.agreement.id,
        "agreement_version": agreement.agreement.version,
        "agreement_sha256": context.agreement_sha256,
        "started_at": context.started_at,
        "hold_while": agreement.data_subjects.hold_while,
        **agreement.settings.model_dump(),
    }
    return _one_row(values)


def _one_row(values: dict[str, Any]) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
    return tuple(values), [tuple(values.values())]


def _replace(
    conn: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    target = sql.Identifier("agreement", table)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    places = sql.SQL(", ").join([sql.Placeholder()] * len(columns))
    with conn.cursor() as cursor:
        cursor.execute(sql.SQL("delete from {}").format(target))
        cursor.executemany(sql.SQL("insert into {} ({}) values ({})").format(target, names, places), rows)
