"""Hearthlink's own linkage over a loaded record set: the real staged and matched models, then what they made."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, connection_env

_SHOWN_LINES = 40
# Where every record of every system stands clean and checked.
_CLEAN = ("identity_records", "identity_postcodes")


class LinkageFailed(Exception):
    """dbt did not finish. The message holds the end of what it printed."""


@dataclass(frozen=True)
class Taken:
    """Seconds of one linkage.

    `models`: from the first staged model's begin to the end of links and people. `standardise`: the part of it until
    every record is clean and checked. `start`: dbt's own start and end beside that. `rest`: explanations and report,
    afterwards.
    """

    models: float
    standardise: float
    start: float
    rest: float


def link(settings: Settings) -> Taken:
    """Build staged and matched with everybody in the pool. Data tests are left to the pipeline.

    Raises:
        LinkageFailed: dbt ended with an error.
    """
    _run_dbt(settings, "resource_type:seed,linkage_*")
    whole = _run_dbt(settings, "+links +people", "--exclude-resource-type", "seed")
    runs = _model_runs(settings)
    begun = min(begin for _, begin, _ in runs)
    models = (max(end for _, _, end in runs) - begun).total_seconds()
    standardise = (max(end for name, _, end in runs if name in _CLEAN) - begun).total_seconds()
    return Taken(
        models, standardise, whole - models, _run_dbt(settings, "staged matched", "--exclude", "+links +people")
    )


def _run_dbt(settings: Settings, select: str, *arguments: str) -> float:
    """Build as the pipeline's login; the seconds that it took, start-up included."""
    target, logs = _target(settings), settings.home / "logs"
    begun = time.perf_counter()
    finished = subprocess.run(  # noqa: S603 - arguments of this module
        [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", "build", "--select", select, *arguments,
         "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test", "--vars", "link_everybody: true",
         "--profiles-dir", ".", "--target-path", str(target), "--log-path", str(logs)],
        cwd=settings.project_root / "dbt_project",
        env=os.environ | connection_env(settings, "hl_dbt"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if finished.returncode != 0:
        raise LinkageFailed("\n".join(finished.stdout.splitlines()[-_SHOWN_LINES:]))
    return time.perf_counter() - begun


def _target(settings: Settings) -> Path:
    return settings.home / "dbt_target" / "benchmark"


def _model_runs(settings: Settings) -> list[tuple[str, datetime, datetime]]:
    """Name, begin and end of each model that dbt built last."""
    results = json.loads((_target(settings) / "run_results.json").read_text(encoding="utf-8"))["results"]
    return [
        (result["unique_id"].rsplit(".", 1)[-1], _at(timing["started_at"]), _at(timing["completed_at"]))
        for result in results
        for timing in result["timing"]
        if timing["name"] == "execute" and result["unique_id"].startswith("model.")
    ]


def _at(text: Any) -> datetime:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00"))


def has_tier_5(settings: Settings) -> bool:
    """Whether this version has models of tier 5."""
    return any((settings.project_root / "dbt_project" / "models" / "matched").rglob("clusters_tier_5.sql"))


def clusterings(conn: psycopg.Connection) -> dict[str, str]:
    """A query for (partner, record_id, cluster) after each step of the ladder, in order, the final one last."""
    tables = conn.execute(
        "select table_name from information_schema.tables where table_schema = 'matched'"
        " and table_name similar to 'clusters_tier_[1-9]' order by table_name"
    ).fetchall()
    steps = {"tier 1" if name[-1] == "1" else f"tiers 1-{name[-1]}": f"matched.{name}" for (name,) in tables}
    return {
        step: f"select pool.partner, pool.record_id, step.cluster_id from {table} as step"
        " inner join matched.pool_identities as pool using (record_key)"
        for step, table in steps.items()
    } | {"final": "select partner, record_id, cluster_id from matched.linked_clusters"}


def fetch(settings: Settings, db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Copy clusterings, links and review items into DuckDB, with records by their number.

    Tables: `links` and `review` (tier, rule, reason, left_record, right_record). Returns the name of the table
    (record, cluster) of each step.
    """
    made = {}
    with connect(settings, "hl_analyst") as conn:
        for step, query in clusterings(conn).items():
            table = "hearthlink_" + step.replace(" ", "_").replace("-", "_")
            _take(conn, db, query, "step_rows", "partner text, record_id text, cluster text")
            db.execute(
                f"create or replace table {table} as select record, cluster"
                " from step_rows inner join records using (partner, record_id)"
            )
            made[step] = table
        for table, query in _PAIRS.items():
            columns = "tier integer, rule text, reason text, lp text, li text, rp text, ri text"
            _take(conn, db, query, "pair_rows", columns)
            db.execute(
                f"create or replace table {table} as select tier, rule, reason, l.record as left_record,"
                " r.record as right_record from pair_rows"
                " inner join records as l on pair_rows.lp = l.partner and pair_rows.li = l.record_id"
                " left join records as r on pair_rows.rp = r.partner and pair_rows.ri = r.record_id"
            )
    return made


_SIDES = "left_partner, left_record_id, right_partner, right_record_id"
_PAIRS = {
    "links": f"select tier, rule, '' as reason, {_SIDES} from matched.links",
    "review": f"select tier, rule, reason, {_SIDES} from matched.review_queue",
}


def _take(conn: psycopg.Connection, db: duckdb.DuckDBPyConnection, query: str, table: str, columns: str) -> None:
    """One query's rows through a CSV file, which is far faster than row by row."""
    db.execute(f"create or replace temp table {table} ({columns})")
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        with conn.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout csv") as rows:  # type: ignore[arg-type]
            for chunk in rows:
                file.write(chunk)
        file.flush()
        if Path(file.name).stat().st_size:
            db.execute(f"copy {table} from '{file.name}' (header false)")
