"""The synthetic council must tempt a matcher: without these traps a measured precision would mean nothing."""

from collections import defaultdict
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from dagster_project.demo.council import generate
from dagster_project.demo.reading import Record, read_extract, read_person_rows, read_true_people, read_truth

AS_AT = date(2026, 11, 22)
MOHAMMEDS = {"mohammed", "mohamed", "muhammad", "mohammad", "md"}


class Council:
    def __init__(self, out: Path) -> None:
        generate(out, 20_000, 11, AS_AT)
        self.deliveries = out / "deliveries"
        self.truth = read_truth(out / "truth")
        self.people = read_true_people(out / "truth")
        self.rows: dict[Record, dict[str, str]] = dict(read_person_rows(self.deliveries))
        self.records: dict[str, list[Record]] = defaultdict(list)
        for record, who in self.truth.items():
            self.records[who].append(record)

    def same_person_pairs(self) -> list[tuple[dict[str, str], dict[str, str]]]:
        """Rows of two partners about one true person."""
        return [
            (self.rows[one], self.rows[other])
            for records in self.records.values()
            for one, other in combinations(sorted(records), 2)
            if one[0] != other[0]
        ]

    def holders(self, *columns: str) -> dict[tuple[str, ...], set[str]]:
        """True people by the values of some columns, where none of them is empty."""
        found: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for record, row in self.rows.items():
            key = tuple(row.get(column, "").upper() for column in columns)
            if all(key):
                found[key].add(self.truth[record])
        return found


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Council:
    return Council(tmp_path_factory.mktemp("traps") / "council")


def test_strangers_share_a_full_name_and_a_birth_date(council: Council) -> None:
    shared = council.holders("date_of_birth", "legal_last_name", "legal_first_name")
    strangers = [
        people for people in shared.values() if len({council.people[who]["household_id"] for who in people}) > 1
    ]
    assert strangers


def test_twins_share_a_birth_date_and_some_the_start_of_a_name(council: Council) -> None:
    children = [facts for facts in council.people.values() if facts["date_of_birth"] > "2008-11-22"]
    twins = [facts for facts in children if facts["is_twin"] == "Y"]
    assert 0.015 < len(twins) / len(children) < 0.045
    alike = defaultdict(set)
    for record, row in council.rows.items():
        facts = council.people[council.truth[record]]
        if facts["is_twin"] == "Y":
            alike[facts["household_id"], row["legal_first_name"][:3].upper()].add(council.truth[record])
    assert any(len(people) > 1 for people in alike.values())


def test_fathers_and_sons_bear_one_name(council: Council) -> None:
    namesakes = defaultdict(list)
    for facts in council.people.values():
        if facts["is_namesake"] == "Y":
            namesakes[facts["household_id"]].append(facts["date_of_birth"])
    pairs = [dates for dates in namesakes.values() if len(dates) > 1]
    assert pairs
    assert all(max(dates)[:4] > min(dates)[:4] for dates in pairs)


def test_one_person_is_spelt_in_two_ways(council: Council) -> None:
    names = [
        (one["legal_first_name"].lower().split()[0], other["legal_first_name"].lower().split()[0])
        for one, other in council.same_person_pairs()
    ]
    assert any(one != other and {one, other} <= MOHAMMEDS for one, other in names)
    different = sum(one != other for one, other in names)
    assert 0.01 < different / len(names) < 0.2


def test_surnames_change_between_systems(council: Council) -> None:
    pairs = council.same_person_pairs()
    assert any(
        one["former_last_name"] and one["former_last_name"].upper() == other["legal_last_name"].upper()
        for pair in pairs
        for one, other in (pair, pair[::-1])
    )


def test_birth_dates_are_swapped_lost_or_stand_ins(council: Council) -> None:
    dates = [(one["date_of_birth"], other["date_of_birth"]) for one, other in council.same_person_pairs()]
    assert any(one != other and f"{one[:4]}-{one[8:]}-{one[5:7]}" == other for one, other in dates)
    assert any(bool(one) != bool(other) for one, other in dates)
    everyone = [row["date_of_birth"] for row in council.rows.values()]
    assert "1900-01-01" in everyone
    assert 0.006 < sum(born.endswith("-01-01") for born in everyone) / len(everyone) < 0.05


def test_relatives_numbers_duplicates_and_temporary_numbers(council: Council) -> None:
    wrong = [people for (number,), people in council.holders("nhs_number").items() if number.startswith("999")]
    assert any(len(people) > 1 for people in wrong)
    twice = sum(
        len({record for record in records if record[0] == "fakeshire_homes"}) > 1
        for records in council.records.values()
    )
    assert twice > 0
    pupils = [row for (partner, _), row in council.rows.items() if partner == "fakeshire_edu"]
    assert any(row["upn"] and row["upn"][-1].isalpha() for row in pupils)
    assert any(row["former_upn"] and row["former_upn"] != row["upn"] for row in pupils)


def test_families_that_moved_have_two_addresses_and_hostels_one_for_many(council: Council) -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for record, row in council.rows.items():
        if row.get("postcode"):
            homes[council.truth[record]].add(row["postcode"].upper().replace(" ", ""))
    assert any(len(postcodes) > 1 for postcodes in homes.values())
    cases: dict[str, set[str]] = defaultdict(set)
    for row in read_extract(council.deliveries, "fakeshire_ta", "hou_ta_placements"):
        cases[row["postcode"].upper().replace(" ", "")].add(row["case_id"])
    assert max(map(len, cases.values())) >= 10


def test_systems_note_each_others_ids_and_they_are_right(council: Council) -> None:
    owners = {record_id: who for (_, record_id), who in council.truth.items()}
    noted = 0
    for record, row in council.rows.items():
        for column in ("social_care_id", "education_id"):
            if row.get(column):
                assert owners[row[column]] == council.truth[record]
                noted += 1
    assert noted > 100


def test_an_ordinary_key_links_most_people_but_not_all(council: Council) -> None:
    """The share of true pairs that agree on birth date, surname and three letters: near what linkage studies report."""
    agree = total = 0
    for one, other in council.same_person_pairs():
        total += 1
        agree += bool(one["date_of_birth"]) and all(
            one[column].upper()[:length] == other[column].upper()[:length]
            for column, length in (("date_of_birth", 10), ("legal_last_name", 40), ("legal_first_name", 3))
        )
    assert 0.75 < agree / total < 0.95
