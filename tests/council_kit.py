"""A small council in the raw layer, and the pipeline from its agreement to the published mart without Dagster."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from dagster_project.agreement.loader import RunContext, load_into_warehouse
from dagster_project.agreement.model import file_sha256, load_agreement
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance.access.functions import ensure_functions
from dagster_project.governance.gate import judge
from dagster_project.governance.publish import publish
from dagster_project.governance.retention.due import apply_due
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, connection_env
from dagster_project.warehouse.swap import reset_candidate
from tests.linkage import population
from tests.linkage.population import Council

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "dbt_project"
AS_AT = date(2026, 11, 22)
REFERENCE = "reference"
PARTNER_OF_KIND = {
    "temporary_accommodation": ("fakeshire_ta", population.TA),
    "social_housing": ("fakeshire_homes", population.HOMES),
    "childrens_social_care": ("fakeshire_csc", population.CSC),
    "adult_social_care": ("fakeshire_asc", population.ASC),
    "education": ("fakeshire_edu", population.EDU),
    "reference": (REFERENCE, REFERENCE),
}


def deliver(settings: Settings, council: Council) -> None:
    """Land the council's rows, as the loader would leave them: one delivery of each extract, rows or none."""
    with connect(settings, "admin") as conn:
        for number, (extract, contract) in enumerate(load_contracts().items()):
            partner, code = PARTNER_OF_KIND[contract.kind]
            rows = council.rows.get((extract, code), [])
            population._insert(conn, extract, partner, rows)
            sha256 = f"{number:064}"
            key = conn.execute(
                "insert into control.deliveries (delivery_id, partner, extract_date, content_sha256, manifest_sha256,"
                " route, status, received_at) values (%s, %s, %s, %s, %s, 'direct', 'loaded', now())"
                " returning delivery_key",
                [f"d{number}", partner, AS_AT, sha256, sha256],
            ).fetchone()
            assert key is not None
            conn.execute(
                "insert into control.delivery_files values (%s, %s, %s, 1, %s, %s, 0)",
                [key[0], extract, sha256, len(rows), len(rows)],
            )
            conn.execute(
                "insert into control.current_snapshots values (%s, %s, %s, %s, %s, %s)",
                [partner, extract, key[0], f"d{number}", AS_AT, len(rows)],
            )


@dataclass(frozen=True)
class Pipeline:
    """Steps of a run on one warehouse; dbt runs in this process and keeps its manifest."""

    settings: Settings
    target: Path

    def under(self, agreement: Path) -> "Pipeline":
        """The same under another agreement file."""
        return replace(self, settings=replace(self.settings, agreement_file=agreement))

    def begin(self, publish_id: str, as_at: date = AS_AT) -> None:
        """Load the agreement and let go what is past its day, as a run does before it builds."""
        agreement = load_agreement(self.settings.agreement_file)
        sha256 = file_sha256(self.settings.agreement_file)
        with connect(self.settings, "admin") as conn:
            ensure_functions(conn, agreement)
        with connect(self.settings, "hl_publisher") as conn:
            reset_candidate(conn)
        with connect(self.settings, "hl_loader") as conn:
            load_into_warehouse(conn, agreement, RunContext(publish_id, as_at, sha256, datetime.now(UTC)))
        apply_due(self.settings, publish_id, as_at)

    def build_once(self, publish_id: str) -> None:
        """The first run's models, seeds included, without data tests."""
        self.begin(publish_id)
        self.dbt("seed")
        self.dbt("run")

    def build(self, *select: str) -> None:
        """dbt's models and data tests, as in a run; `select` leaves out what a change cannot reach."""
        self.dbt("build", "--exclude-resource-type", "unit_test", *(("--select", *select) if select else ()))

    def dbt(self, *words: str) -> None:
        """A dbt command, which must succeed."""
        with environment(connection_env(self.settings, "hl_dbt")):
            done = _runner(self.target).invoke([*words, *places(self.target)])
        assert done.success, [
            (one.node.name, one.message) for one in getattr(done.result, "results", ()) if one.status != "success"
        ]

    def publish(self, publish_id: str) -> None:
        """The whole gate, and the publish, both of which must pass."""
        verdict = judge(self.settings, publish_id)
        assert not verdict.failed, verdict.failed
        publish(self.settings, publish_id)

    def rows(self, query: str, role: str = "") -> list[tuple[Any, ...]]:
        """Rows as the administrator sees them, or as a function of the agreement does."""
        with connect(self.settings, "admin") as conn:
            if role:
                conn.execute(f"set role {role}".encode())
            return conn.execute(query.encode()).fetchall()

    def columns(self, schema: str, role: str = "") -> set[str]:
        """`table.column` of a schema, of those that a role may read when one is named."""
        found = self.rows(
            "select table_name || '.' || column_name from information_schema.columns as shown"
            f" where table_schema = '{schema}'"
            + (f" and has_column_privilege('{role}', '{schema}.' || table_name, column_name, 'select')" if role else "")
        )
        return {name for (name,) in found}


@cache
def _runner(target: Path) -> dbtRunner:
    parsed = dbtRunner().invoke(["parse", *places(target)])
    assert isinstance(parsed.result, Manifest)
    return dbtRunner(manifest=parsed.result)


def places(target: Path) -> list[str]:
    pairs = {"--project-dir": PROJECT, "--profiles-dir": PROJECT, "--target-path": target, "--log-path": target}
    return ["--quiet", *(str(part) for pair in pairs.items() for part in pair)]


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """Environment variables for a while: dbt reads its connection from there."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


def with_lines(text: str, *changes: tuple[str, str]) -> str:
    """The text with lines changed; a change to nothing removes the line. Each must stand there exactly once."""
    lines = text.splitlines()
    for old, new in changes:
        assert lines.count(old) == 1, old
        place = lines.index(old)
        lines[place : place + 1] = [new] if new else []
    return "\n".join([*lines, ""])
