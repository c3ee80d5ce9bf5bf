"""Rows of host systems in the raw layer, and the day on which each of their records is due under the rules R1 to R6."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from dagster_project.agreement.loader import RunContext, load_into_warehouse
from dagster_project.agreement.model import load_agreement
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from expectations.due import due
from tests.linkage.population import _insert

AS_AT = date(2026, 11, 22)
Row = dict[str, str | None]


@dataclass(frozen=True)
class Day:
    """When a record is due in its host system, and why not if it is not."""

    due_on: date | None
    finding: str | None = None
    copy_due_on: date | None = None


class Host:
    """Rows of host systems in the raw layer of one transaction that is never committed."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self.conn = conn

    def has(self, partner: str, extract: str, *rows: Row) -> "Host":
        _insert(self.conn, extract, partner, list(rows))
        return self

    def agreed(self, table: str, **values: str | int) -> "Host":
        for name, value in values.items():
            self.conn.execute(f"update agreement.{table} set {name} = %s".encode(), [value])
        return self

    def starts(self, rule: str, trigger: str) -> "Host":
        self.conn.execute("update agreement.retention_rules set trigger_event = %s where rule = %s", [trigger, rule])
        return self

    def day(self, rule: str, record_id: str) -> Day:
        query = f"select due_on, finding, copy_due_on from {due(rule, 'raw')} as found where record_id = %s"
        [row] = self.conn.execute(query.encode(), [record_id]).fetchall()
        return Day(*row)

    def due_on(self, rule: str, record_id: str = "1") -> date | None:
        return self.day(rule, record_id).due_on


@contextmanager
def open_host(settings: Settings) -> Iterator[Host]:
    """An agreement and no rows; whatever is added stays in one transaction that is never committed."""
    agreement = load_agreement(settings.agreement_file)
    with connect(settings, "admin") as conn:
        load_into_warehouse(conn, agreement, RunContext("due", AS_AT, "none", datetime(2026, 11, 22, tzinfo=UTC)))
        yield Host(conn)
        conn.rollback()


def pupil(born: str | None) -> Row:
    return {"person_id": "1", "date_of_birth": born}


def child(born: str | None, died: str | None = None) -> Row:
    return {"person_id": "1", "date_of_birth": born, "death_date": died}


def period(start: str | None, end: str | None, **more: str) -> Row:
    return {"person_id": "1", "start_date": start, "end_date": end, **more}
