"""The optional Splink model: off by default, refused without Splink, and what it finds where it is there."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.linkage.population.council import write_council
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.linkage.splink_pairs import approved_bands, forget
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect

ROOT = Path(__file__).parents[2]
# Splink lives in the oracles' environment; the product's Python borrows it from there.
FIND = """
import json, sys
from pathlib import Path
sys.path.extend(str(folder) for folder in Path(".venv-oracles").glob("lib/python*/site-packages"))
from benchmarks.linkage.policies import standardise
from benchmarks.linkage.records import RecordSet, open_records
from dagster_project.governance.linkage.splink_pairs import BANDS, find_pairs
db = open_records(RecordSet("council", Path(sys.argv[1], "records.csv"), Path(sys.argv[1], "truth.csv")))
standardise(db)
people = db.execute(
    "select partner || '|' || record_id as record_key, *, left(first_name, 3) as first_three, birth_date::text as dob"
    " from standard"
).df()
pairs = find_pairs(people, BANDS)
whose = "select partner || '|' || record_id, person from truth inner join records using (record)"
person = dict(db.execute(whose).fetchall())
print(json.dumps([[left, right, band, person[left] == person[right]] for left, right, band in pairs]))
"""


@pytest.fixture
def approved(warehouse: Settings) -> Iterator[Settings]:
    with connect(warehouse, "hl_loader") as conn:
        conn.execute("insert into agreement.match_methods (method, action) values ('splink_alike', 'review')")
    yield warehouse
    with connect(warehouse, "hl_loader") as conn:
        conn.execute("delete from agreement.match_methods")


def test_without_an_approval_nothing_is_scored(warehouse: Settings) -> None:
    assert approved_bands(warehouse) == []


def test_an_approved_model_that_is_not_installed_is_refused_with_the_command(approved: Settings) -> None:
    with pytest.raises(GovernanceError, match="pip install 'hearthlink\\[splink\\]'"):
        approved_bands(approved)


def test_pairs_of_another_run_are_forgotten(warehouse: Settings) -> None:
    with connect(warehouse, "hl_dbt") as conn:
        conn.execute("insert into matched.splink_pairs values ('a|1', 'b|1', 'splink_alike')")
    forget(warehouse)
    with connect(warehouse, "hl_dbt") as conn:
        assert conn.execute("select count(*) from matched.splink_pairs").fetchone() == (0,)


def test_it_finds_people_across_partners_and_says_how_alike_in_bands(tmp_path: Path) -> None:
    write_council(tmp_path, people=3000, seed=5, profile="brief")
    done = subprocess.run(
        [sys.executable, "-c", FIND, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    pairs = json.loads(done.stdout.splitlines()[-1])
    assert {band for _, _, band, _ in pairs} == {"splink_very_alike", "splink_alike"}
    assert all(left < right and left.split("|")[0] != right.split("|")[0] for left, right, _, _ in pairs)
    surest = [is_one for _, _, band, is_one in pairs if band == "splink_very_alike"]
    assert len(surest) > 300 and sum(surest) > 0.98 * len(surest)
    assert len({(left, right) for left, right, _, _ in pairs}) == len(pairs)
