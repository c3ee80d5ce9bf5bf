"""Hearthlink's own linkage over a loaded record set: the real staged and matched models, then what they made."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import psycopg

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, connection_env

_SHOWN_LINES = 40


class LinkageFailed(Exception):
    """dbt did not finish. The message holds the end of what it printed."""


def run_dbt(settings: Settings, *arguments: str) -> float:
    """Run dbt as the pipeline's login and return the seconds that it took, start-up included.

    Raises:
        LinkageFailed: dbt ended with an error.
    """
    target, logs = settings.home / "dbt_target" / "benchmark", settings.home / "logs"
    begun = time.perf_counter()
    finished = subprocess.run(  # noqa: S603 - arguments of this module
        [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments,
         "--profiles-dir", ".", "--target-path", str(target), "--log-path", str(logs)],
        cwd=settings.project_root / "dbt_project",
        env=os.environ | connection_env(settings, "hl_dbt"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if finished.returncode != 0:
        raise LinkageFailed("\n".join(finished.stdout.splitlines()[-_SHOWN_LINES:]))
    return time.perf_counter() - begun


def link(settings: Settings) -> float:
    """Build staged and matched with everybody in the pool; seconds. Data tests are left to the pipeline."""
    select = "staged matched resource_type:seed,linkage_*"
    leave_out = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    return run_dbt(settings, "build", *leave_out, "--select", select, "--vars", "link_everybody: true")


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
        for step, table in (steps | {"final": "matched.linked_clusters"}).items()
    }


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
