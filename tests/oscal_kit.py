"""Compliance-trestle's word on an OSCAL file. It pins other versions, so it is called as a program of its own."""

import os
import subprocess
from pathlib import Path

import pytest

TRESTLE = Path(__file__).parents[1] / ".venv-oracles" / "bin" / "trestle"


def trestle_refuses(file: Path, workspace: Path) -> str:
    """Take the file into a new workspace of trestle's and validate it there; what is wrong, empty if it is valid."""
    if not TRESTLE.is_file():
        missing = "compliance-trestle is not installed: run 'make oracles' first"
        # `make test` installs it, so there its absence is a failure.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    workspace.mkdir()
    for words in (
        ["init", "--local"],
        ["import", "-f", str(file), "-o", "pack"],
        ["validate", "-t", "assessment-results", "-n", "pack"],
    ):
        done = subprocess.run(
            [str(TRESTLE), *words], cwd=workspace, capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode != 0:
            return f"{' '.join(words[:1])}: {done.stdout}{done.stderr}"
    return ""
