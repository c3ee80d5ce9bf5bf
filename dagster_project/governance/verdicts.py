"""The stored verdict: what the gate judged, and how. Publishing reads it back and trusts nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from dagster_project.warehouse.fingerprint import schema_fingerprint
from expectations.redact import Verdict
from expectations.subjects import CANDIDATE


@dataclass(frozen=True)
class Judged:
    """What a verdict is about: deliveries, agreement and candidate, as they stood."""

    publish_id: str
    delivery_keys: tuple[int, ...]
    agreement_sha256: str
    candidate_fingerprint: str


@dataclass(frozen=True)
class StoredVerdict:
    """A verdict as read back. `suites` are those with any check.

    `failed` are `suite.check_id` of failed checks, each with the controls that it names.
    """

    passed: bool
    judged: Judged
    suites: frozenset[str]
    failed: tuple[str, ...]


def read_judged(conn: psycopg.Connection[Any]) -> Judged | None:
    """What stands in the warehouse now; None if no run has begun."""
    run = conn.execute("select publish_id, agreement_sha256 from agreement.run_context").fetchone()
    if run is None:
        return None
    keys = conn.execute("select distinct delivery_key from control.current_snapshots order by 1").fetchall()
    return Judged(run[0], tuple(key for (key,) in keys), run[1], schema_fingerprint(conn, CANDIDATE))


def is_published(conn: psycopg.Connection[Any], publish_id: str) -> bool:
    """Whether a publish of that id is on record."""
    return conn.execute("select from control.publishes where publish_id = %s", [publish_id]).fetchone() is not None


def store(
    conn: psycopg.Connection[Any],
    publish_id: str,
    judged: Judged | None,
    checks: Sequence[Verdict],
    *,
    passed: bool,
    started_at: datetime,
    finished_at: datetime,
) -> None:
    """Write a verdict in one transaction; a verdict on the same publish id is replaced."""
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute("delete from control.gate_verdicts where publish_id = %s", [publish_id])
        cursor.execute("delete from control.gate_runs where publish_id = %s", [publish_id])
        cursor.execute(
            "insert into control.gate_runs (publish_id, passed, delivery_keys, agreement_sha256,"
            " candidate_fingerprint, started_at, finished_at) values (%s, %s, %s, %s, %s, %s, %s)",
            [
                publish_id,
                passed,
                list(judged.delivery_keys) if judged else [],
                judged.agreement_sha256 if judged else "",
                judged.candidate_fingerprint if judged else None,
                started_at,
                finished_at,
            ],
        )
        cursor.executemany(
            "insert into control.gate_verdicts (publish_id, suite, check_id, clause, passed, observed)"
            " values (%s, %s, %s, %s, %s, %s)",
            [(publish_id, c.suite, c.check_id, c.clause, c.passed, Jsonb(c.observed)) for c in checks],
        )


def read_stored(conn: psycopg.Connection[Any], publish_id: str) -> StoredVerdict | None:
    """The stored verdict on a publish id, or None."""
    run = conn.execute(
        "select passed, delivery_keys, agreement_sha256, candidate_fingerprint from control.gate_runs"
        " where publish_id = %s",
        [publish_id],
    ).fetchone()
    if run is None:
        return None
    checks = conn.execute(
        "select suite, check_id, passed, observed ->> 'named' from control.gate_verdicts where publish_id = %s"
        " order by suite, check_id",
        [publish_id],
    ).fetchall()
    return StoredVerdict(
        passed=run[0],
        judged=Judged(publish_id, tuple(run[1]), run[2], run[3] or ""),
        suites=frozenset(suite for suite, *_ in checks),
        failed=tuple(
            f"{suite}.{check_id}{f' ({named})' if named else ''}"
            for suite, check_id, passed, named in checks
            if not passed
        ),
    )
