"""Compliance-trestle's word on an OSCAL file. It pins other versions, so it is called as a program of its own."""

import os
import subprocess
from pathlib import Path

import pytest

TRESTLE = Path(__file__).parents[1] / ".venv-oracles" / "bin" / "trestle"


def trestle_says(file: Path, workspace: Path) -> str:
    """What trestle says of the file: `VALID: …` after taking it in and validating it, or what is wrong."""
    if not TRESTLE.is_file():
        missing = "compliance-trestle is not installed: run 'make oracles' first"
        # `make test` installs it, so there its absence is a failure.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    workspace.mkdir()
    _trestle(workspace, "init", "--local")
    taken_in = _trestle(workspace, "import", "-f", str(file), "-o", "pack")
    if not (workspace / "assessment-results" / "pack" / "assessment-results.json").is_file():
        return taken_in
    return _trestle(workspace, "validate", "-t", "assessment-results", "-n", "pack")


def _trestle(workspace: Path, *words: str) -> str:
    done = subprocess.run(
        [str(TRESTLE), *words], cwd=workspace, capture_output=True, text=True, check=False, timeout=120
    )
    return done.stdout + done.stderr
