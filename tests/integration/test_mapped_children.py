"""Statutory returns of children's social care, as case systems write them, through packing and landing."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.settings import Settings
from tests.extracts_kit import csv_text
from tests.mapped_kit import PARTNER, MappedDoor, as_csv, as_workbook, mapped_door

KIND = "childrens_social_care"
HEADER = as_csv(
    [
        ["UPN", "Ethnic", "child id", "DATE OF BIRTH", "Sex", "MOTHER", "Colour"],
        ["UN4", "wbri", "LC900001", "01/02/2012", "1", "", "blue"],
        ["J999400026001", "BCRB", "LC900002", "29/02/2016", "F", "0", ""],
        # A wrong check letter is no reason to turn a child away.
        ["A999400026001", "BCRB", "LC900003", "30/03/2016", "2", "0", ""],
    ]
)
EPISODES = as_csv(
    [
        ["DECOM", "LS", "CHILD", "RNE", "CIN", "PLACE", "DEC", "REC"],
        ["18/07/2025", "C2", "LC900001", "S", "N1", "U1", "", ""],
        ["18/07/2025", "v3", "LC900002", "S", "N4", "K2", "19/08/2025", "E15"],
        ["31/02/2026", "C2", "LC900002", "S", "N4", "K2", "", ""],
    ]
)
MISSING = as_csv([["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"], ["LC900001", "01/02/2012", "m", "1/1/2026", ""]])


@pytest.fixture
def door(warehouse: Settings, tmp_path: Path) -> Iterator[MappedDoor]:
    with mapped_door(warehouse, tmp_path / "out") as opened:
        yield opened


def test_ssda903_files_become_persons_and_episodes(door: MappedDoor) -> None:
    files = {"SSDA903 Header 2026.csv": HEADER, "episodes.csv": EPISODES, "Missing.csv": MISSING}
    result = door.send(files, ["ssda903"], KIND)
    # Times of going missing are counted and make nothing: they are no sign that other risks were looked for.
    assert result.extracts == {"csc_cla_episodes": (3, 2, 1), "csc_persons": (3, 3, 0)}
    assert door.table("csc_persons", "person_id, date_of_birth, sex, ethnicity, upn, upn_unknown, legal_last_name") == [
        ("LC900001", "2012-02-01", "M", "WBRI", "", "UN4", ""),
        ("LC900002", "2016-02-29", "F", "BCRB", "J999400026001", "", ""),
        ("LC900003", "2016-03-30", "F", "BCRB", "A999400026001", "", ""),
    ]
    columns = "person_id, start_date, end_date, legal_status, category_of_need, placement_type"
    assert door.table("csc_cla_episodes", columns) == [
        ("LC900001", "2025-07-18", "", "C2", "N1", "U1"),
        ("LC900002", "2025-07-18", "2025-08-19", "V3", "N4", "K2"),
    ]
    assert door.rejected() == [("csc_cla_episodes", f"{PARTNER}_20261121_001_episodes.csv", 4, "DECOM", "bad_date")]
    fates = "file_name, mapping, rows_parsed, rows_loaded, rows_rejected, rows_passed_over"
    assert door.rows(f"select {fates} from control.mapped_files order by 1")[2] == (
        f"{PARTNER}_20261121_001_episodes.csv",
        "ssda903",
        3,
        2,
        1,
        0,
    )


def test_a_persons_file_beside_the_return_is_taken_and_the_returns_own_persons_are_not(door: MappedDoor) -> None:
    named = csv_text(
        "csc_persons", [{"person_id": "LC900001", "legal_first_name": "Exampla", "legal_last_name": "Madeup"}]
    )
    result = door.send({"csc_persons.csv": named, "header.csv": HEADER, "episodes.csv": EPISODES}, ["ssda903"], KIND)
    assert result.extracts == {"csc_persons": (1, 1, 0), "csc_cla_episodes": (3, 2, 1)}
    assert result.warnings == ("csc_persons: taken from its own file; the mappings make none of it",)
    # A later delivery of the return alone renews the episodes and leaves the named persons.
    later = door.send({"header.csv": HEADER, "episodes.csv": EPISODES}, ["ssda903"], KIND)
    assert set(later.extracts) == {"csc_cla_episodes"}
    assert door.table("csc_persons", "person_id, legal_last_name") == [("LC900001", "Madeup")]
    assert door.rows("select line_number, file_number from raw.csc_cla_episodes order by 1") == [(2, 1), (3, 1)]


CIN = """<?xml version="1.0" encoding="utf-8"?>
<Message xmlns="urn:invented">
  <Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>
    <ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails></Header>
  <Children>
    <Child>
      <ChildIdentifiers>
        <LAchildID>LC900001</LAchildID><UPN>J999400026001</UPN><PersonBirthDate>2015-04-01</PersonBirthDate><Sex>F</Sex>
      </ChildIdentifiers>
      <ChildCharacteristics><Ethnicity>WBRI</Ethnicity>
        <Disabilities><Disability>AUT</Disability><Disability>LD</Disability></Disabilities>
      </ChildCharacteristics>
      <CINdetails>
        <CINreferralDate>2025-05-01</CINreferralDate><PrimaryNeedCode>N1</PrimaryNeedCode>
        <Assessments>
          <AssessmentActualStartDate>2025-05-02</AssessmentActualStartDate>
          <AssessmentAuthorisationDate>2025-06-02</AssessmentAuthorisationDate>
          <FactorsIdentifiedAtAssessment>
            <AssessmentFactors>11A</AssessmentFactors><AssessmentFactors>24A</AssessmentFactors>
          </FactorsIdentifiedAtAssessment>
        </Assessments>
        <CINPlanDates><CINPlanStartDate>2025-07-01</CINPlanStartDate></CINPlanDates>
        <ReferralNFA>0</ReferralNFA>
        <ChildProtectionPlans>
          <CPPstartDate>2025-08-01</CPPstartDate><CPPendDate>2025-12-01</CPPendDate>
          <InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse>
        </ChildProtectionPlans>
        <ChildProtectionPlans><CPPstartDate>2026-02-30</CPPstartDate></ChildProtectionPlans>
      </CINdetails>
    </Child>
    <Child>
      <ChildIdentifiers><LAchildID>LC900002</LAchildID><UPNunknown>UN1</UPNunknown>
        <ExpectedPersonBirthDate>2026-06-01</ExpectedPersonBirthDate><PersonGenderCurrent>0</PersonGenderCurrent>
      </ChildIdentifiers>
      <ChildCharacteristics><Ethnicity>NOBT</Ethnicity></ChildCharacteristics>
      <CINdetails><CINreferralDate>2026-01-01</CINreferralDate><ReferralNFA>true</ReferralNFA></CINdetails>
    </Child>
  </Children>
</Message>
"""


def test_cin_census_lists_become_extracts_with_the_childs_id(door: MappedDoor) -> None:
    result = door.send({"CIN 2026.xml": CIN}, ["cin_census"], KIND)
    assert result.extracts["csc_cp_plans"] == (2, 1, 1)
    columns = "person_id, date_of_birth, expected_date_of_birth, sex, upn, upn_unknown"
    assert door.table("csc_persons", columns) == [
        ("LC900001", "2015-04-01", "", "F", "J999400026001", ""),
        ("LC900002", "", "2026-06-01", "U", "", "UN1"),
    ]
    assert door.table("csc_disabilities", "person_id, disability_code") == [("LC900001", "AUT"), ("LC900001", "LD")]
    assert door.table("csc_referrals", "person_id, referral_date, primary_need, closure_date, closure_reason") == [
        ("LC900001", "2025-05-01", "N1", "", ""),
        ("LC900002", "2026-01-01", "", "2026-01-01", "NFA"),
    ]
    assert door.table("csc_assessments", "person_id, start_date, authorised_date, factors") == [
        ("LC900001", "2025-05-02", "2025-06-02", "11A;24A")
    ]
    assert door.table("csc_cin_plans", "person_id, start_date, end_date") == [("LC900001", "2025-07-01", "")]
    columns = "person_id, start_date, end_date, initial_category, latest_category, held_by_other_la"
    assert door.table("csc_cp_plans", columns) == [("LC900001", "2025-08-01", "2025-12-01", "NEG", "EMO", "N")]
    assert door.rejected()[0][2:] == (CIN[: CIN.index("2026-02-30")].count("\n") + 1, "CPPstartDate", "bad_date")


def test_xml_on_one_line_is_reported_by_the_number_of_the_record(door: MappedDoor) -> None:
    one_line = "".join(line.strip() for line in CIN.splitlines()).replace("?>", "?>\n", 1)
    door.send({"cin.xml": one_line}, ["cin_census"], KIND)
    assert [row[2:] for row in door.rejected()] == [(8, "CPPstartDate", "bad_date")]


NEED = ["Case Status", "CIN Start Date", "Child Unique ID", "Date of Birth", "Gender", "Ethnicity"]
NEED += ["Primary Need Code", "CIN Closure Date", "Allocated Team", "Allocated Worker"]
NEED += ["Does the Child have a Disability"]
LISTS = {
    "List 6": [
        NEED,
        ["c) Child in need plan", "01/03/2026", "LC1", "02/04/2015", "a) Male", "a) White", "N1 - Abuse or neglect", "",
         "Team A", "Worker One", "a) Yes"],
        ["b) Child Protection plan", "05/03/2026", "LC2", "02/04/2016", "b) Female", "", "N5", "", "Team B",
         "Worker Two", "b) No"],
        ["x) Something", "05/03/2026", "LC3", "", "c) Not stated/recorded", "", "N5", "", "", "", ""],
    ],
    "List 7": [
        ["Child Unique ID", "Gender", "Date of Birth", "Child Protection Plan Start Date", "Initial Category of Abuse",
         "Latest Category of Abuse", "Child Protection Plan End Date", "Allocated Worker", "Allocated Team"],
        ["LC2", "b) Female", "02/04/2016", "10/03/2026", "a) Neglect", "Emotional abuse", "", "Worker Two", "Team B"],
    ],
    "List 8": [
        ["Unique identifier of the child", "Sex", "DOB", "Date Started to be Looked After", "Child's Category of Need",
         "Child's Legal Status", "Date Ceased to be Looked After", "Placement Type", "Allocated Worker"],
        ["LC4", "M", "02/04/2012", "10/03/2025", "N1", "C2 - Full care order", "", "U1", "Worker Three"],
    ],
}  # fmt: skip


def check_lists(door: MappedDoor) -> None:
    assert door.table("csc_persons", "person_id, date_of_birth, gender") == [
        ("LC1", "2015-04-02", "M"), ("LC2", "2016-04-02", "F"), ("LC3", "", "U"), ("LC4", "2012-04-02", "M")
    ]  # fmt: skip
    assert door.table("csc_cin_plans", "person_id, start_date") == [("LC1", "2026-03-01")]
    assert door.table("csc_cp_plans", "person_id, start_date, initial_category, latest_category") == [
        ("LC2", "2026-03-10", "NEG", "EMO")
    ]
    assert door.table("csc_cla_episodes", "person_id, start_date, legal_status, category_of_need, placement_type") == [
        ("LC4", "2025-03-10", "C2", "N1", "U1")
    ]
    assert door.table("csc_disabilities", "person_id, disability_code") == [("LC1", "DDA"), ("LC2", "NONE")]
    assert door.table("csc_involvements", "person_id, worker_name, team, start_date") == [
        ("LC1", "Worker One", "Team A", "2026-03-01"),
        ("LC2", "Worker Two", "Team B", "2026-03-05"),
        ("LC4", "Worker Three", "", "2025-03-10"),
    ]
    assert ("csc_cin_plans", "Case Status", "unknown_value") in [(row[0], *row[3:]) for row in door.rejected()]


def test_annex_a_lists_as_csv_files(door: MappedDoor) -> None:
    door.send({f"Annex A {name}.csv": as_csv(rows) for name, rows in LISTS.items()}, ["annex_a"], KIND)
    check_lists(door)


def test_annex_a_lists_as_sheets_of_one_workbook(door: MappedDoor) -> None:
    sheets: dict[str, list[Any]] = {"Guidance": [["Read me first"], ["Nothing here"]]}
    for name, rows in LISTS.items():
        # Dates are dates in a workbook, a title stands above, and formatted rows without anything below.
        dated = [[datetime.strptime(v, "%d/%m/%Y") if v[2:3] == "/" else v for v in row] for row in rows[1:]]
        sheets[f"{name} - invented"] = [["Fakeshire"], [], rows[0], *dated, ["", ""]]
    door.send({"annex_a.xlsx": as_workbook(sheets)}, ["annex_a"], KIND)
    check_lists(door)


def test_several_returns_in_one_delivery_make_one_set_of_persons(door: MappedDoor) -> None:
    files: dict[str, str | bytes] = {"cin.xml": CIN, "header.csv": HEADER, "episodes.csv": EPISODES}
    files["list_7.csv"] = as_csv(LISTS["List 7"])
    result = door.send(files, ["cin_census", "ssda903", "annex_a"], KIND)
    # LC900001 has two birth dates: what was said first stands, and the other row is turned away.
    assert result.extracts["csc_persons"] == (6, 4, 2)
    assert {row[4] for row in door.rejected() if row[0] == "csc_persons"} == {"contradicts_earlier"}
    assert door.table("csc_cp_plans", "person_id") == [("LC900001",)]
    assert "csc_cp_plans: made by cin_census, which is named first, and not by annex_a" in result.warnings
