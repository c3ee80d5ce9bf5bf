"""The optional Splink model: off by default, refused without Splink, and what it finds where it is there."""

import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest

from benchmarks.linkage.policies import standardise
from benchmarks.linkage.population.council import write_council
from benchmarks.linkage.records import RecordSet, open_records
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.linkage.splink_pairs import BANDS, INSTALL, approved_bands, find_pairs, forget
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect

PEOPLE = """
    select partner || '|' || record_id as record_key, *, left(first_name, 3) as first_three, birth_date::text as dob
    from standard
"""
WHOSE = "select partner || '|' || record_id, person from truth inner join records using (record)"


@dataclass(frozen=True)
class Scored:
    """Records, the person of each by its key, and the pairs that the model found."""

    people: pd.DataFrame
    whose: dict[str, str]
    pairs: list[tuple[str, str, str]]


@pytest.fixture
def approved(warehouse: Settings) -> Iterator[Settings]:
    with connect(warehouse, "hl_loader") as conn:
        conn.execute("insert into agreement.match_methods (method, action) values ('splink_alike', 'review')")
    yield warehouse
    with connect(warehouse, "hl_loader") as conn:
        conn.execute("delete from agreement.match_methods")


def test_without_an_approval_nothing_is_scored(warehouse: Settings) -> None:
    assert approved_bands(warehouse) == []


def test_an_approved_model_that_is_not_installed_is_refused_with_the_command(
    approved: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert approved_bands(approved) == ["splink_alike"]
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(GovernanceError, match=re.escape(INSTALL)):
        approved_bands(approved)


def test_pairs_of_another_run_are_forgotten(warehouse: Settings) -> None:
    with connect(warehouse, "hl_dbt") as conn:
        conn.execute("insert into matched.splink_pairs values ('a|1', 'b|1', 'splink_alike')")
    forget(warehouse)
    with connect(warehouse, "hl_dbt") as conn:
        assert conn.execute("select count(*) from matched.splink_pairs").fetchone() == (0,)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    folder = tmp_path_factory.mktemp("council")
    write_council(folder, people=3000, seed=5, profile="brief")
    db = open_records(RecordSet("council", folder / "records.csv", folder / "truth.csv"))
    standardise(db)
    people = db.execute(PEOPLE).df()
    return Scored(people, dict(db.execute(WHOSE).fetchall()), find_pairs(people, BANDS))


def test_it_finds_people_across_partners_and_says_how_alike_in_bands(scored: Scored) -> None:
    pairs, whose = scored.pairs, scored.whose
    assert {band for _, _, band in pairs} == {"splink_very_alike", "splink_alike"}
    assert all(left < right and left.split("|")[0] != right.split("|")[0] for left, right, _ in pairs)
    surest = [whose[left] == whose[right] for left, right, band in pairs if band == "splink_very_alike"]
    assert len(surest) > 300 and sum(surest) > 0.98 * len(surest)
    assert len({(left, right) for left, right, _ in pairs}) == len(pairs)


def test_neither_the_order_of_records_nor_what_they_are_called_decides(scored: Scored) -> None:
    keys = scored.people["record_key"]
    new = dict(zip(keys, random.Random(7).sample(range(10**9), len(keys)), strict=True))
    old = {f"{place:09d}": key for key, place in new.items()}
    renamed = scored.people.assign(
        record_key=[f"{new[key]:09d}" for key in keys], partner="z" + scored.people["partner"].str[::-1]
    ).sample(frac=1, random_state=7)
    found = {(*sorted((old[left], old[right])), band) for left, right, band in find_pairs(renamed, BANDS)}
    assert found == set(scored.pairs)
