"""One record set through everything: policies, Splink, Hearthlink, the bound. What comes out is counts and seconds."""

import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.linkage import oracles, policies, product, warehouse
from benchmarks.linkage.bound import measure_bound
from benchmarks.linkage.quality import measure
from benchmarks.linkage.records import RecordSet, open_records
from dagster_project.clock import utc_now
from dagster_project.settings import Settings
from dagster_project.warehouse.bootstrap import ensure_warehouse

Say = Callable[[str], None]


def run(found: RecordSet, settings: Settings, say: Say, *, with_splink: bool = True) -> dict[str, Any]:
    """Measure one record set in the warehouse of `settings`, which it fills with the set.

    Returns what report.py prints: counts, shares and seconds, nothing about a person.
    """
    result: dict[str, Any] = {"name": found.name, "people": found.people, "where": _where(settings)}
    say(f"{found.name}: reading")
    db = open_records(found)
    result["records"] = _count(db, "records")
    rows: list[dict[str, Any]] = []
    seconds: dict[str, float] = {}
    policies.standardise(db)
    for policy in policies.POLICIES:
        with _timed(seconds, policy):
            policies.link(db, policy)
        rows.append(_row(db, policy, f"clusters_{policy}"))
    with tempfile.TemporaryDirectory(prefix="hearthlink-bench-") as folder:
        if with_splink:
            say(f"{found.name}: Splink")
            seconds |= {f"splink_{step}": took for step, took in oracles.splink(found, db, Path(folder)).items()}
            rows += [_row(db, name, f"clusters_{name}") for name in oracles.SPLINK]
        say(f"{found.name}: Hearthlink")
        rows += _hearthlink(db, settings, Path(folder), seconds, result)
    result |= {"rows": rows, "seconds": seconds}
    return result


def _hearthlink(
    db: duckdb.DuckDBPyConnection, settings: Settings, folder: Path, seconds: dict[str, float], result: dict[str, Any]
) -> list[dict[str, Any]]:
    ensure_warehouse(settings)
    warehouse.split(db, folder)
    with _timed(seconds, "copy"):
        warehouse.copy(settings, folder)
    seconds["bound_standardise"], seconds["bound_group"] = measure_bound(settings)
    partners = db.execute("select distinct source, partner from records order by partner").fetchall()
    rows = []
    for with_tier_5 in (False, True) if product.has_tier_5(settings) else (False,):
        last = "tiers 1-5" if with_tier_5 else "tiers 1-4"
        warehouse.agree(settings, partners, with_tier_5=with_tier_5)
        taken = product.link(settings)
        seconds |= {last: taken.models, f"{last}, standardising": taken.standardise}
        seconds |= {f"{last}, dbt's start": taken.start, f"{last}, explanations and report": taken.rest}
        steps = product.fetch(settings, db)
        wanted = [last] if with_tier_5 else [step for step in steps if step not in ("tiers 1-5", "final")]
        rows += [_row(db, step, steps["final" if step == last else step]) for step in wanted]
        rows[-1]["review"] = _count(db, "review")
        result[f"rules {last}"] = _rules(db)
        result[f"review {last}"] = _review(db)
    return rows


def _row(db: duckdb.DuckDBPyConnection, label: str, table: str) -> dict[str, Any]:
    return {"label": label, **asdict(measure(db, table))}


def _rules(db: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Links between different sources by the rule that made them, and how many of them join two people."""
    found = db.execute(
        "select tier, rule, count(*), count(*) filter (where l.person <> r.person)"
        " from links inner join truth as l on left_record = l.record inner join truth as r on right_record = r.record"
        " where l.source <> r.source group by tier, rule order by tier, rule"
    ).fetchall()
    return [dict(zip(("tier", "rule", "links", "wrong"), row, strict=True)) for row in found]


def _review(db: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Review items by reason, and how many of them are about one person."""
    found = db.execute(
        "select reason, count(*), count(*) filter (where l.person = r.person)"
        " from review inner join truth as l on left_record = l.record left join truth as r on right_record = r.record"
        " group by reason order by 2 desc, 1"
    ).fetchall()
    return [dict(zip(("reason", "items", "same_person"), row, strict=True)) for row in found]


def _count(db: duckdb.DuckDBPyConnection, table: str) -> int:
    return int((db.execute(f"select count(*) from {table}").fetchone() or [0])[0])


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - begun


def _where(settings: Settings) -> dict[str, Any]:
    """The commit and the machine that figures belong to. The load says whether other work ran beside."""
    git = shutil.which("git")
    commit = "unknown"
    if git:
        shown = subprocess.run(  # noqa: S603 - git, fixed arguments
            [git, "describe", "--always", "--dirty"],
            cwd=settings.project_root,
            capture_output=True,
            text=True,
            check=False,
        )
        commit = shown.stdout.strip() or commit
    return {
        "commit": commit,
        "date": utc_now().date().isoformat(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
    }
