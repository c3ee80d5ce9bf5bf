"""What the synthetic council must show: each display item answered yes and no for people in temporary accommodation."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dagster_project.demo.council import generate
from dagster_project.demo.reading import read_extract, read_true_people, read_truth

AS_AT = date(2026, 11, 22)
DAY = AS_AT.isoformat()
YEAR_AGO = date(2025, 11, 22).isoformat()
Row = dict[str, str]


def open_on(row: Row, start: str = "start_date", end: str = "end_date") -> bool:
    return bool(row[start]) and row[start] <= DAY and (not row[end] or row[end] > DAY)


class Seen:
    """The delivered rows by true person, for people in temporary accommodation on the council's day."""

    def __init__(self, out: Path) -> None:
        self.deliveries = out / "deliveries"
        self.truth = read_truth(out / "truth")
        self.people = read_true_people(out / "truth")
        self._read: dict[tuple[str, str], dict[str, list[Row]]] = {}
        self.in_ta = {who for who, facts in self.people.items() if facts["is_in_temporary_accommodation"] == "Y"}

    def rows(self, partner: str, extract: str) -> dict[str, list[Row]]:
        """Rows of one extract by person in temporary accommodation; each file is read once."""
        if (partner, extract) in self._read:
            return self._read[partner, extract]
        found = self._read[partner, extract] = defaultdict(list)
        for row in read_extract(self.deliveries, partner, extract):
            who = self.truth[partner, row["person_id"]]
            if who in self.in_ta:
                found[who].append(row)
        return found

    def accounts(self, extract: str) -> dict[str, list[Row]]:
        """Rows of a rent extract by person in temporary accommodation who stands on the account."""
        by_tenancy: dict[str, list[Row]] = defaultdict(list)
        for row in read_extract(self.deliveries, "fakeshire_homes", extract):
            by_tenancy[row["tenancy_id"]].append(row)
        tenants = self.rows("fakeshire_homes", "ren_tenants")
        return {who: by_tenancy[row["tenancy_id"]] for who, rows in tenants.items() for row in rows}

    def split(self, rows: dict[str, list[Row]], holds: Callable[[Row], bool]) -> tuple[int, int]:
        """How many people have a row that holds, and how many have rows of which none does."""
        yes = sum(any(map(holds, own)) for own in rows.values())
        return yes, len(rows) - yes


@pytest.fixture(scope="module", params=[(5000, 1), (5000, 2), (300, 5)], ids=["5000", "5000-again", "300"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    people, seed = request.param
    out = tmp_path_factory.mktemp("situations") / "council"
    generate(out, people, seed, AS_AT)
    return Seen(out)


CARE = "fakeshire_csc"
SCHOOL = "fakeshire_edu"
ITEMS: dict[str, tuple[str, str, Callable[[Row], bool]]] = {
    "child protection": (CARE, "csc_cp_plans", lambda row: open_on(row) and row["held_by_other_la"] == "N"),
    "plan held elsewhere": (CARE, "csc_cp_plans", lambda row: row["held_by_other_la"] == "Y"),
    "in care": (CARE, "csc_cla_episodes", lambda row: open_on(row) and row["legal_status"] not in ("V3", "V4")),
    "placed with parents": (CARE, "csc_cla_episodes", lambda row: open_on(row) and row["placement_type"] == "P1"),
    "short break": (CARE, "csc_cla_episodes", lambda row: open_on(row) and row["legal_status"] in ("V3", "V4")),
    "child in need": (CARE, "csc_cin_plans", open_on),
    "referral open": (CARE, "csc_referrals", lambda row: not row["closure_date"]),
    "risk flag": (CARE, "csc_risk_flags", lambda row: open_on(row) and row["flag_type"] != "MISSING"),
    "exploitation factor": (
        CARE,
        "csc_assessments",
        lambda row: (
            bool({"11A", "12A", "13A", "24A"} & set(row["factors"].split(";"))) and row["authorised_date"] > YEAR_AGO
        ),
    ),
    "disabled": (CARE, "csc_disabilities", lambda row: row["disability_code"] != "NONE"),
    "known to children's care": (
        CARE,
        "csc_involvements",
        lambda row: open_on(row) and row["service"] not in ("Youth Justice", "Other LA"),
    ),
    "youth justice": (CARE, "csc_involvements", lambda row: row["service"] == "Youth Justice"),
    "other authority": (CARE, "csc_involvements", lambda row: row["service"] == "Other LA"),
    "restricted child": (CARE, "csc_persons", lambda row: row["restricted"] == "Y"),
    "adult service": ("fakeshire_asc", "asc_events", lambda row: row["event_type"] == "Service" and open_on(row)),
    "restricted adult": ("fakeshire_asc", "asc_persons", lambda row: row["restricted"] == "Y"),
    "EHC plan": (SCHOOL, "edu_sen", lambda row: open_on(row, "plan_start", "plan_ceased")),
    "second need": (SCHOOL, "edu_sen", lambda row: row["need_rank"] == "2"),
    "SEN support": (SCHOOL, "edu_pupils", lambda row: row["sen_provision"] == "K"),
    "on roll": (SCHOOL, "edu_pupils", lambda row: open_on(row, "entry_date", "leaving_date")),
    "dual registration": (SCHOOL, "edu_pupils", lambda row: row["enrol_status"] == "S"),
    "home education": (SCHOOL, "edu_ehe_cme", lambda row: row["status"] == "EHE" and open_on(row)),
    "missing education": (SCHOOL, "edu_ehe_cme", lambda row: row["status"] == "CME" and open_on(row)),
    "exclusion": (
        SCHOOL,
        "edu_exclusions",
        lambda row: row["status"] == "active" and row["start_date"] >= "2026-09-01",
    ),
    "lunchtime": (SCHOOL, "edu_exclusions", lambda row: row["category"] == "LNCH"),
    "exclusion undone": (SCHOOL, "edu_exclusions", lambda row: row["status"] in ("cancelled", "rescinded")),
    "exclusion last year": (SCHOOL, "edu_exclusions", lambda row: row["start_date"] < "2026-09-01"),
    "absence": (SCHOOL, "edu_attendance", lambda row: row["attendance_code"] in ("I", "O", "G")),
    "late": (SCHOOL, "edu_attendance", lambda row: row["attendance_code"] in ("L", "U")),
}
RENT_ITEMS: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "arrears": ("ren_balances", lambda row: float(row["balance"]) > 0 and row["balance_date"] >= "2026-11-08"),
    "credit": ("ren_balances", lambda row: float(row["balance"]) < 0),
    "stale balance": ("ren_balances", lambda row: row["balance_date"] < "2026-11-08"),
    "agreed plan": ("ren_arrangements", lambda row: open_on(row) and row["agreement_code"] == "N"),
    "court plan": ("ren_arrangements", lambda row: open_on(row) and row["agreement_code"] == "C"),
    "plan ended": ("ren_arrangements", lambda row: not open_on(row)),
    "fresh notice": ("ren_actions", lambda row: row["action_code"] == "NTS" and row["action_date"] > YEAR_AGO),
    "old notice": ("ren_actions", lambda row: row["action_code"] == "NTS" and row["action_date"] < YEAR_AGO),
    "cleared": ("ren_actions", lambda row: row["action_code"] in ("Z00", "AGR") or bool(row["cleared_date"])),
    "eviction": ("ren_actions", lambda row: row["action_code"] in ("EVI", "5TA", "7RE")),
}


@pytest.mark.parametrize("item", ITEMS)
def test_each_situation_occurs_and_its_opposite_too(seen: Seen, item: str) -> None:
    partner, extract, holds = ITEMS[item]
    yes, _ = seen.split(seen.rows(partner, extract), holds)
    assert yes > 0
    assert yes < len(seen.in_ta)


@pytest.mark.parametrize("item", RENT_ITEMS)
def test_each_rent_situation_occurs_and_its_opposite_too(seen: Seen, item: str) -> None:
    extract, holds = RENT_ITEMS[item]
    yes, no = seen.split(seen.accounts(extract), holds)
    assert yes > 0
    assert no > 0


def test_some_plans_have_ended_and_some_situations_are_only_past(seen: Seen) -> None:
    for extract in ("csc_cp_plans", "csc_cin_plans", "csc_cla_episodes", "csc_risk_flags"):
        rows = [row for own in seen.rows(CARE, extract).values() for row in own]
        assert any(not open_on(row) for row in rows), extract


def test_several_workers_and_workers_who_left(seen: Seen) -> None:
    own = seen.rows(CARE, "csc_involvements").values()
    assert any(sum(map(open_on, rows)) > 1 for rows in own)
    assert any(rows and not any(map(open_on, rows)) for rows in own)


def test_attendance_that_cannot_be_told(seen: Seen) -> None:
    attended = seen.rows(SCHOOL, "edu_attendance")
    enrolled = {who for who, rows in seen.rows(SCHOOL, "edu_pupils").items() if any(row["laestab"] for row in rows)}
    assert enrolled - set(attended)
    assert any({row["attendance_code"] for row in rows} <= {"X", "#", "D"} for rows in attended.values())


def test_placements_of_every_kind(seen: Seen) -> None:
    rows = list(read_extract(seen.deliveries, "fakeshire_ta", "hou_ta_placements"))
    assert any(row["start_date"] > DAY for row in rows)
    assert any(row["end_date"] and row["end_date"] <= DAY for row in rows)
    assert any(row["end_date"] > DAY for row in rows)
    for column in ("person_id", "receiving_la"):
        assert any(row[column] for row in rows)
    for column in ("out_of_area", "refuge"):
        assert {row[column] for row in rows} == {"Y", "N"}
    members = list(read_extract(seen.deliveries, "fakeshire_ta", "hou_household_members"))
    assert any(row["left_date"] for row in members)
    cases = {row["case_id"] for row in members}
    assert cases - {row["case_id"] for row in rows}


def test_unborn_children_are_known_by_an_expected_date_only(seen: Seen) -> None:
    unborn = [row for row in read_extract(seen.deliveries, CARE, "csc_persons") if row["expected_date_of_birth"]]
    assert unborn
    for row in unborn:
        assert row["legal_first_name"].upper() in ("UNBORN", "BABY")
        assert not row["date_of_birth"]
        assert not row["nhs_number"]
        assert row["expected_date_of_birth"] > DAY


def test_people_in_temporary_accommodation_are_known_elsewhere_but_not_all(seen: Seen) -> None:
    partners: dict[str, set[str]] = defaultdict(set)
    for (partner, _), who in seen.truth.items():
        partners[who].add(partner)
    elsewhere = sum(bool(partners[who] & {CARE, "fakeshire_asc", SCHOOL}) for who in seen.in_ta)
    assert 0.35 < elsewhere / len(seen.in_ta) < 0.9
    assert sum("fakeshire_homes" in partners[who] for who in seen.in_ta) > 0.5 * len(seen.in_ta)
