"""What the warehouse has on record about a run: its context, its deliveries, its gate, its attestations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence.results import Attested, Check, Count

# What a route leaves as evidence (see dropbox.transport); a host's name or address never goes further.
TRANSPORT_KEYS = ("cipher", "mac", "kex", "host_key_type", "host_key_fingerprint", "strict_kex")
_OBSERVED_NAMES = ("expectation", "table", "dimension")
_RUN = "select * from agreement.run_context cross join agreement.item_settings cross join agreement.retention_settings"
_GATE = """
    select passed, started_at, finished_at, candidate_fingerprint
    from control.gate_runs
    where publish_id = %(publish_id)s
"""
_CHECKS = """
    select suite, check_id, clause, passed, observed
    from control.gate_verdicts
    where publish_id = %(publish_id)s
    order by suite, check_id
"""
_DELIVERIES = """
    select
        delivery_key, delivery_id, partner, extract_date, route, content_sha256, manifest_sha256, transport,
        received_at,
        partner = 'reference' or partner in (select partner from agreement.partners) as used
    from control.deliveries
    where delivery_key in (select delivery_key from control.current_snapshots)
    order by partner, extract_date, delivery_key
"""
_FILES = """
    select snapshots.delivery_key, snapshots.extract, files.sha256, files.rows_loaded, files.rows_rejected
    from control.current_snapshots as snapshots
    left join control.delivery_files as files
        on snapshots.delivery_key = files.delivery_key and snapshots.extract = files.extract
    order by snapshots.delivery_key, snapshots.extract
"""
_ATTESTATIONS = """
    select distinct on (clause) clause, attested_on, valid_until, record_sha256
    from control.attestations
    order by clause, attestation_key desc
"""
_FIRST = "select min(as_at) as first_as_at from control.publishes"


@dataclass(frozen=True)
class RunRecord:
    """One run as the warehouse has it.

    `run` is the row of agreement.run_context, `gate` that of control.gate_runs. `checks` maps `suite/check_id` to the
    answer, `check_clauses` to the clause that the check itself names. Each delivery has its `extracts`, those that
    are the newest of their kind, and `used`: False for a partner whose data is held back or who has left.
    """

    run: dict[str, Any]
    gate: dict[str, Any]
    checks: tuple[Check, ...]
    check_clauses: dict[str, str]
    deliveries: tuple[dict[str, Any], ...]
    attestations: dict[str, Attested]
    first_publish: date | None

    @property
    def as_at(self) -> date:
        """The London date that the run is about."""
        return self.run["as_at"]


def read_record(conn: psycopg.Connection[Any], publish_id: str) -> RunRecord:
    """Read what stands for that publish id, as hl_publisher.

    Raises:
        GovernanceError: the warehouse is at another run, or the gate has not judged.
    """
    run = _one(conn, _RUN, {})
    gate = _one(conn, _GATE, {"publish_id": publish_id})
    if run is None or run["publish_id"] != publish_id or gate is None:
        raise GovernanceError(f"There is no judged run {publish_id} to write evidence of: run the gate first")
    stored = _all(conn, _CHECKS, {"publish_id": publish_id})
    first = _one(conn, _FIRST, {})
    return RunRecord(
        run=run,
        gate=gate,
        checks=tuple(Check(f"{c['suite']}/{c['check_id']}", c["passed"], safe(c["observed"])) for c in stored),
        check_clauses={f"{c['suite']}/{c['check_id']}": c["clause"] or "" for c in stored},
        deliveries=_deliveries(conn),
        attestations={
            row["clause"]: Attested(row["attested_on"], row["valid_until"], row["record_sha256"])
            for row in _all(conn, _ATTESTATIONS, {})
        },
        first_publish=first["first_as_at"] if first else None,
    )


def safe(observed: Mapping[str, Any] | None) -> dict[str, Count]:
    """Counts and flags, and the three names that the suites give themselves. Other text could be a value."""
    return {
        key: value
        for key, value in (observed or {}).items()
        if isinstance(value, int | float) or (key in _OBSERVED_NAMES and isinstance(value, str))
    }


def _deliveries(conn: psycopg.Connection[Any]) -> tuple[dict[str, Any], ...]:
    files: dict[int, list[dict[str, Any]]] = {}
    for row in _all(conn, _FILES, {}):
        files.setdefault(row.pop("delivery_key"), []).append(row)
    return tuple(
        {
            **{name: value for name, value in row.items() if name not in ("delivery_key", "transport")},
            "transport": _transport(row["transport"]),
            "extracts": files.get(row["delivery_key"], []),
        }
        for row in _all(conn, _DELIVERIES, {})
    )


def _transport(stored: Mapping[str, Any] | None) -> dict[str, str | bool] | None:
    if stored is None:
        return None
    return {key: stored[key] for key in TRANSPORT_KEYS if isinstance(stored.get(key), str | bool)}


def _one(conn: psycopg.Connection[Any], query: str, values: dict[str, Any]) -> dict[str, Any] | None:
    rows = _all(conn, query, values)
    return rows[0] if rows else None


def _all(conn: psycopg.Connection[Any], query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
