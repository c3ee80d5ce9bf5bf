"""What a run did, in counts: rows, links, review items, gate, publish. Holds no personal data."""

from dataclasses import dataclass
from typing import Any

import psycopg

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect

ROWS = """
    select
        snapshots.extract,
        count(*)::int as partners,
        sum(files.rows_loaded)::bigint as rows_loaded,
        sum(files.rows_rejected)::bigint as rows_rejected
    from control.current_snapshots as snapshots
    inner join control.delivery_files as files
        on snapshots.delivery_key = files.delivery_key and snapshots.extract = files.extract
    group by snapshots.extract
    order by snapshots.extract
"""
LINKS = "select tier, count(*)::bigint from matched.links group by tier order by tier"
REVIEW = "select reason, count(*)::bigint from matched.review_queue group by reason order by reason"
GATE = """
    select passed, (select count(*) from control.gate_verdicts as checks where checks.publish_id = runs.publish_id)
    from control.gate_runs as runs
    where publish_id = %(publish_id)s
"""
FAILED_CHECKS = """
    select suite, check_id, clause, observed ->> 'named'
    from control.gate_verdicts
    where publish_id = %(publish_id)s and not passed
    order by suite, check_id
"""
PUBLISH = "select people from control.publishes where publish_id = %(publish_id)s"
CURRENT = "select publish_id from agreement.run_context"


@dataclass(frozen=True)
class RunSummary:
    """Counts of the current run; `people` is None when it has not published."""

    publish_id: str
    rows: list[tuple[str, int, int, int]]
    links: list[tuple[int, int]]
    review: list[tuple[str, int]]
    gate_passed: bool | None
    gate_checks: int
    failed_checks: list[tuple[str, str, str, str | None]]
    people: int | None


def loaded_snapshots(settings: Settings) -> int:
    """How many snapshots, one per partner and extract, the warehouse holds."""
    with connect(settings, "hl_analyst") as conn:
        return _value(conn, "select count(*) from control.current_snapshots") or 0


def run_summary(settings: Settings) -> RunSummary:
    """Summary of the run that the warehouse is about now."""
    with connect(settings, "hl_analyst") as conn:
        publish_id = _value(conn, CURRENT) or ""
        gate = _rows(conn, GATE, publish_id)
        judged = bool(gate)
        return RunSummary(
            publish_id=publish_id,
            rows=_rows(conn, ROWS, publish_id),
            # Links of an earlier run would be shown as this one's if its build failed before them.
            links=_rows(conn, LINKS, publish_id) if judged else [],
            review=_rows(conn, REVIEW, publish_id) if judged else [],
            gate_passed=gate[0][0] if judged else None,
            gate_checks=gate[0][1] if judged else 0,
            failed_checks=_rows(conn, FAILED_CHECKS, publish_id),
            people=_value(conn, PUBLISH, publish_id),
        )


def _rows(conn: psycopg.Connection[Any], query: str, publish_id: str) -> list[Any]:
    return conn.execute(query.encode(), {"publish_id": publish_id}).fetchall()


def _value(conn: psycopg.Connection[Any], query: str, publish_id: str = "") -> Any:
    rows = _rows(conn, query, publish_id)
    return rows[0][0] if rows else None
