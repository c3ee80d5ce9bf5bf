"""The dbt project, compiled once for all tests of its shape. No database is asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from dagster_project.governance.traceability.compile import compile_project

PROJECT = Path(__file__).parents[2] / "dbt_project"


@pytest.fixture(scope="session")
def dbt_target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The target folder of a fresh compilation."""
    return compile_project(PROJECT, tmp_path_factory.mktemp("dbt_target"))


@pytest.fixture(scope="session")
def manifest(dbt_target: Path) -> dict[str, Any]:
    """The manifest of it."""
    return json.loads((dbt_target / "manifest.json").read_text(encoding="utf-8"))
