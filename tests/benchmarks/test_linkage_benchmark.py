"""The benchmark of linkage takes the whole path on a small council, and counts what it says it counts."""

import csv
from pathlib import Path

import pytest

from benchmarks.linkage import policies, report
from benchmarks.linkage.oracles import SPLINK
from benchmarks.linkage.population.council import write_council
from benchmarks.linkage.quality import measure
from benchmarks.linkage.records import RecordsError, RecordSet, open_records
from benchmarks.linkage.run import run
from dagster_project.settings import Settings
from tests.linkage.quality import Truth
from tests.linkage.quality import measure as measure_in_python


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> RecordSet:
    return write_council(tmp_path_factory.mktemp("council"), people=3000, seed=1, profile="brief")


def test_the_whole_path_on_a_small_council(council: RecordSet, own_warehouse: Settings) -> None:
    said: list[str] = []
    result = run(council, own_warehouse, said.append)
    rows = {row["label"]: row for row in result["rows"]}
    assert {*policies.POLICIES, *SPLINK, "tier 1", "tiers 1-4"} <= set(rows)
    true = rows["naive"]["true"]
    assert all(row["true"] == true and row["right"] <= row["linked"] for row in rows.values())
    # two implementations of one policy
    assert {**rows["naive"], "label": ""} == {**rows["splink_deterministic"], "label": ""}
    assert rows["tiers 1-4"]["right"] > 0.8 * true
    assert (
        rows["tiers 1-4"]["linked"] - rows["tiers 1-4"]["right"] <= 2 < rows["naive"]["linked"] - rows["naive"]["right"]
    )
    assert sum(rule["links"] for rule in result["rules tiers 1-4"]) > 0
    assert all(ratio > 0 for ratio in report.ratios(result).values())
    page = report.page([result], None)
    assert f"| tiers 1-4 | {rows['tiers 1-4']['right'] / rows['tiers 1-4']['linked']:.5f} |" in page
    assert {row["record_id"] for row in _rows(council.records)}.isdisjoint(page.split())
    assert len(said) >= 3


def test_a_planted_wrong_link_is_counted(council: RecordSet) -> None:
    db = open_records(council)
    db.execute("create table perfect as select record, person as cluster from truth")
    before = measure(db, "perfect")
    assert (before.wrong, before.exposed, before.recall) == (0, 0, 1.0)
    db.execute(
        "create table planted as select record, case cluster when"
        " (select min(person) from truth where source = 'asc') then"
        " (select max(person) from truth where source = 'edu') else cluster end as cluster from perfect"
    )
    after = measure(db, "planted")
    assert after.wrong >= 1 and after.exposed >= 2
    assert after.right == before.right


@pytest.mark.parametrize("policy", policies.POLICIES)
def test_the_measure_agrees_with_one_written_apart_from_it(council: RecordSet, policy: str) -> None:
    db = open_records(council)
    policies.standardise(db)
    policies.link(db, policy)
    rows = db.execute("select record, source, person from truth").fetchall()
    truth = Truth(
        {("", str(record)): person for record, _, person in rows},
        {("", str(record)): source for record, source, _ in rows},
    )
    clusters = {
        ("", str(r)): str(c) for r, c in db.execute(f"select record, cluster from clusters_{policy}").fetchall()
    }
    slow, fast = measure_in_python(truth, clusters), measure(db, f"clusters_{policy}")
    assert (fast.linked, fast.right, fast.true, fast.exposed, fast.largest) == (
        slow.linked,
        slow.right,
        slow.true,
        slow.exposed,
        slow.largest,
    )
    assert fast.wrong > 0 or policy == "unique"


def test_profiles_differ_where_they_should(council: RecordSet, tmp_path: Path) -> None:
    def lacking(found: RecordSet) -> dict[str, float]:
        rows = _rows(found.records)
        return {
            source: sum(not row["nhs_number"] for row in rows if row["source"] == source)
            / sum(row["source"] == source for row in rows)
            for source in ("housing", "csc", "asc", "edu")
        }

    assert all(0.12 < share < 0.43 for share in lacking(council).values())
    other = lacking(write_council(tmp_path, people=3000, seed=1, profile="council"))
    assert other["housing"] > 0.9 and other["asc"] < 0.2


def test_the_same_seed_gives_the_same_council_and_another_seed_another(council: RecordSet, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    again.mkdir()
    other.mkdir()
    assert write_council(again, 3000, 1, "brief").records.read_bytes() == council.records.read_bytes()
    assert write_council(other, 3000, 2, "brief").records.read_bytes() != council.records.read_bytes()


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("source", "school", "source is one of"),
        ("partner", "No Code", "partner is a code"),
        ("record_id", "1", "given once"),
        ("birth_date", "31/12/2010", "birth_date is YYYY-MM-DD"),
        ("social_care_id", "X", "own id is its record_id"),
    ],
)
def test_records_that_break_the_format_are_refused_with_their_line(
    tmp_path: Path, column: str, value: str, told: str
) -> None:
    rows = [
        {"source": "csc", "partner": "a", "record_id": str(n), "last_name": "Ash", "first_name": "Al", "birth_date": "",
         "social_care_id": ""}
        for n in (1, 2)
    ]  # fmt: skip
    rows[1][column] = value
    with (tmp_path / "records.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([{**row, "partner": row["partner"].replace("a", "ab", 1)} for row in rows])
    labels = "".join(f"{'ab' if row['partner'] == 'a' else row['partner']},{row['record_id']},P\n" for row in rows)
    (tmp_path / "truth.csv").write_text("partner,record_id,true_person_id\n" + labels, encoding="utf-8")
    with pytest.raises(RecordsError, match=told) as refused:
        open_records(RecordSet("mine", tmp_path / "records.csv", tmp_path / "truth.csv"))
    assert "line" in str(refused.value)
