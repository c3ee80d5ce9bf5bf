"""dbt build on a warehouse without data: every rule's unit tests, and what the agreement's functions may then read."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dagster_project.agreement.loader import RunContext, load_into_warehouse
from dagster_project.agreement.model import Function, load_agreement
from dagster_project.governance.access.functions import ensure_functions
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, connection_env

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
SCHOOLS = Function(
    id="school_liaison",
    name="School liaison",
    purpose="Keep school places",
    rows="all",
    items=("first_name", "current_school"),
)
OPEN_TABLES = {"dim_household", "dim_partner", "dim_date", "publish_info"}


def dbt(settings: Settings, target: Path, *words: str) -> subprocess.CompletedProcess[str]:
    places = {"--project-dir": PROJECT, "--profiles-dir": PROJECT, "--target-path": target, "--log-path": target}
    options = [str(part) for pair in places.items() for part in pair]
    return subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *words, *options],
        env={**os.environ, **connection_env(settings, "hl_dbt")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def built(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The result of `dbt build`, unit tests included, under an agreement with two functions."""
    shipped = load_agreement(ROOT / "agreement.yaml")
    agreement = shipped.model_copy(update={"functions": (*shipped.functions, SCHOOLS)})
    context = RunContext("test_run", date(2026, 11, 22), "0" * 64, datetime(2026, 11, 22, tzinfo=UTC))
    with connect(own_warehouse, "admin") as conn:
        load_into_warehouse(conn, agreement, context)
        ensure_functions(conn, agreement)
    return dbt(own_warehouse, tmp_path_factory.mktemp("dbt_target"), "build")


def readable(settings: Settings, role: str) -> dict[str, set[str]]:
    """Table to the columns that a role may select in the candidate mart."""
    with connect(settings, "admin") as conn:
        rows = conn.execute(
            "select table_name, column_name from information_schema.column_privileges"
            " where table_schema = 'mart_candidate' and grantee = %s and privilege_type = 'SELECT'",
            [role],
        ).fetchall()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


def test_every_model_builds_and_every_rule_holds(built: subprocess.CompletedProcess[str]) -> None:
    assert built.returncode == 0, built.stdout
    assert "unit tests" in built.stdout


def test_a_function_reads_its_items_and_what_they_hang_on(
    built: subprocess.CompletedProcess[str], own_warehouse: Settings
) -> None:
    assert built.returncode == 0
    seen = readable(own_warehouse, "fn_school_liaison")
    assert seen["dim_person"] == {"person_key", "household_key", "publish_id", "first_name"}
    assert {"current_school", "person_key"} <= seen["fct_person_indicators"]
    assert not [column for column in seen["fct_person_indicators"] if column.startswith(("is_", "has_"))]


def test_a_function_without_a_tables_items_cannot_tell_who_stands_in_it(
    built: subprocess.CompletedProcess[str], own_warehouse: Settings
) -> None:
    assert built.returncode == 0
    assert set(readable(own_warehouse, "fn_school_liaison")) == OPEN_TABLES | {
        "dim_person",
        "fct_person_indicators",
        "dim_school",
    }


def test_the_housing_officer_reads_every_table(
    built: subprocess.CompletedProcess[str], own_warehouse: Settings
) -> None:
    assert built.returncode == 0
    assert len(readable(own_warehouse, "fn_housing_officer")) == 9


def test_no_function_reads_a_layer_before_the_mart(
    built: subprocess.CompletedProcess[str], own_warehouse: Settings
) -> None:
    assert built.returncode == 0
    with connect(own_warehouse, "admin") as conn:
        found = conn.execute(
            "select count(*) from information_schema.column_privileges"
            " where table_schema in ('raw', 'staged', 'matched') and grantee like 'fn\\_%'"
        ).fetchone()
    assert found == (0,)


def test_the_analyst_reads_what_the_run_built(built: subprocess.CompletedProcess[str], own_warehouse: Settings) -> None:
    assert built.returncode == 0
    with connect(own_warehouse, "hl_analyst") as conn:
        for table in ("staged.stg_csc_persons", "matched.item_identity", "mart_candidate.dim_person"):
            assert conn.execute(f"select count(*) from {table}").fetchone() == (0,)
