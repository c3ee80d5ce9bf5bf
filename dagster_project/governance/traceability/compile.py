"""Compiles the dbt project without a database: the names and the SQL are enough to trace columns."""

import subprocess
import sys
from pathlib import Path

from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import inherited_environment

# dbt wants a connection to be named; nothing connects to this one.
_NOWHERE = {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGDATABASE": "none", "PGUSER": "none", "PGPASSWORD": "none"}


def compile_project(project: Path, target: Path) -> Path:
    """Write dbt's manifest and compiled SQL of the project folder into `target`, which is returned.

    Raises:
        GovernanceError: dbt cannot compile; the message holds what it said.
    """
    words = ["compile", "--no-introspect", "--no-populate-cache", "--project-dir", project, "--profiles-dir", project]
    words += ["--target-path", target, "--log-path", target]
    # Tests look at the tables that are there; the manifest names them all the same.
    words += ["--exclude", "resource_type:test", "resource_type:unit_test"]
    run = subprocess.run(  # noqa: S603 our own words
        [sys.executable, "-m", "dbt.cli.main", "--quiet", *map(str, words)],
        env={**inherited_environment(("PATH", "HOME", "SYSTEMROOT", "TMPDIR", "TEMP")), **_NOWHERE},
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise GovernanceError(f"dbt cannot compile the project: {(run.stdout + run.stderr).strip()}")
    return target
