"""Returns and file sets of education, adult care, rents and the schools register, through packing and landing."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.settings import Settings
from tests.extracts_kit import csv_text
from tests.mapped_kit import MappedDoor, as_csv, mapped_door

PUPILS = as_csv(
    [
        ["NativeId", "pupilonrolltableid", "surname", "Forename", "DOB", "UPN", "sex", "entrydate", "enrolstatus",
         "termlysessionspossible", "senprovision", "hoursatsetting"],
        ["9994000", "p-1", "Madeup", "Zoë", "2015-Apr-25 00:00:00", "J999400026001", "F", "2020-Sep-03 00:00:00", "C",
         "136.0", "E", "25.0"],
        ["9994000", "p-2", "Fakename", "Exampla", "2016-Feb-29 00:00:00", "H99940002601A", "M",
         "2021-Sep-03 00:00:00", "C", "135.0", "N", ""],
    ],
    encoding="windows-1252",
)  # fmt: skip
SESSIONS = as_csv(
    [
        ["attendancereason", "pupilonrolltableid", "NativeId", "sessions"],
        ["U", "p-1", "9994000", "7.0"],
        ["C1", "p-1", "9994000", "135.0"],
        ["I", "p-2", "9994000", "2"],
        ["I", "p-99", "9994000", "3"],
        ["I", "p-98", "9994000", "x"],
    ]
)


@pytest.fixture
def door(warehouse: Settings, tmp_path: Path) -> Iterator[MappedDoor]:
    with mapped_door(warehouse, tmp_path / "out") as opened:
        yield opened


def test_collect_exports_find_the_pupil_behind_the_surrogate_key(door: MappedDoor) -> None:
    exclusions = [["pupilonrolltableid", "NativeId", "startdate", "sessions", "reason1", "category"]]
    exclusions += [["p-1", "9994000", "2025-Nov-06 00:00:00", "4.0", "DB", "SUSP"]]
    address = [["pupilonrolltableid", "NativeId", "paon", "street", "posttown", "postcode"]]
    address += [["p-1", "9994000", "1", "Fake Road", "Faketown", "AA1 1AA"]]
    files: dict[str, str | bytes] = {
        "2026_spring_pupilonroll.csv": PUPILS,
        "2026_spring_termlysessiondetailsonroll.csv": SESSIONS,
        "2026_spring_termlyexclusionsonroll.csv": as_csv(exclusions),
        "2026_spring_addressesonroll.csv": as_csv(address),
    }
    result = door.send(files, ["school_census"], "education")
    assert result.extracts == {"edu_pupils": (2, 2, 0), "edu_attendance": (5, 3, 2), "edu_exclusions": (1, 1, 0)}
    columns = "person_id, upn, legal_first_name, date_of_birth, laestab, entry_date, sessions_possible, postcode"
    assert door.table("edu_pupils", columns) == [
        ("9994000/on/p-2", "H99940002601A", "Exampla", "2016-02-29", "9994000", "2021-09-03", "135", ""),
        ("J999400026001", "J999400026001", "Zoë", "2015-04-25", "9994000", "2020-09-03", "136", "AA1 1AA"),
    ]
    # A spring census tells of the autumn term.
    assert door.table("edu_attendance", "person_id, laestab, academic_year, period, attendance_code, sessions") == [
        ("9994000/on/p-2", "9994000", "2025/26", "AUT", "I", "2.0"),
        ("J999400026001", "9994000", "2025/26", "AUT", "C1", "135.0"),
        ("J999400026001", "9994000", "2025/26", "AUT", "U", "7.0"),
    ]
    assert door.table("edu_exclusions", "person_id, laestab, start_date, category, reason, status") == [
        ("J999400026001", "9994000", "2025-11-06", "SUSP", "DB", "active")
    ]
    assert [row[2:] for row in door.rejected()] == [
        (5, "pupilonrolltableid", "parent_not_found"),
        (6, "sessions", "bad_number"),
    ]


def test_two_halves_of_a_term_are_added_up(door: MappedDoor) -> None:
    names = ["pupilonrolltableid", "attendancereason", "sessions"]
    files: dict[str, str | bytes] = {
        "2026_autumn_pupilonroll.csv": PUPILS,
        "2026_autumn_termlysessiondetailsonroll.csv": as_csv([names, ["p-1", "I", "2"]]),
        "2026_autumn_summerhalfterm2sessiondetailsonroll.csv": as_csv([names, ["p-1", "I", "3.0"]]),
    }
    door.send(files, ["school_census"], "education")
    assert door.table("edu_attendance", "academic_year, period, attendance_code, sessions") == [
        ("2025/26", "SUM", "I", "5.0")
    ]
    assert door.rows("select rows_loaded, rows_passed_over from control.mapped_files") == [(2, 0), (1, 0), (1, 0)]


def test_codes_side_by_side_become_rows(door: MappedDoor) -> None:
    names = ["UPN", "LAESTAB", "Academic Year", "Term", "Code B", "Code C1", "#"]
    wide = as_csv([names, ["J999400026001", "999/4000", "2026/27", "Autumn", "4", "0", "2.0"]])
    door.send({"pupilonroll.csv": PUPILS, "attendance.csv": wide}, ["school_census"], "education")
    assert door.table("edu_attendance", "laestab, academic_year, period, attendance_code, sessions") == [
        ("9994000", "2026/27", "AUT", "#", "2"), ("9994000", "2026/27", "AUT", "B", "4")
    ]  # fmt: skip


SEN2 = """<Message><Header><CollectionDetails><ReferenceDate>2026-01-15</ReferenceDate></CollectionDetails></Header>
<Persons>
<Person><Surname>Madeup</Surname><Forename>Zoe</Forename><PersonBirthDate>2015-04-25</PersonBirthDate><Sex>F</Sex>
<Ethnicity>WBRI</Ethnicity><UPN>J999400026001</UPN>
<Requests><ReceivedDate>2023-01-02</ReceivedDate>
<Assessment><NamedPlan><StartDate>2023-05-01</StartDate></NamedPlan></Assessment>
<ActivePlans>
<SENneed><SENtype>SLCN</SENtype><SENtypeRank>2</SENtypeRank></SENneed>
<SENneed><SENtype>ASD</SENtype><SENtypeRank>1</SENtypeRank></SENneed>
</ActivePlans></Requests>
<Requests><ReceivedDate>2022-01-02</ReceivedDate><RequestOutcome>N</RequestOutcome></Requests>
</Person>
<Person><Surname>Fakename</Surname><Forename>Exampla</Forename><PersonBirthDate>2010-01-31</PersonBirthDate><Sex>M</Sex>
<UniqueLearnerNumber>9990000017</UniqueLearnerNumber>
<Requests><Assessment><NamedPlan><StartDate>2020-05-01</StartDate><CeaseDate>2025-05-01</CeaseDate></NamedPlan></Assessment>
</Requests>
</Person></Persons></Message>
"""


def test_sen2_plans_take_the_person_id_of_the_pupils_file(door: MappedDoor) -> None:
    pupil = {"person_id": "ED1", "upn": "J999400026001", "legal_first_name": "Zoe", "legal_last_name": "Madeup"}
    result = door.send({"sen2.xml": SEN2, "edu_pupils.csv": csv_text("edu_pupils", [pupil])}, ["sen2"], "education")
    assert result.extracts == {"edu_pupils": (1, 1, 0), "edu_sen": (3, 3, 0)}
    assert door.table("edu_sen", "person_id, plan_id, plan_start, plan_ceased, need_type, need_rank") == [
        ("9990000017", "9990000017/2020-05-01", "2020-05-01", "2025-05-01", "", ""),
        ("ED1", "ED1/2023-05-01", "2023-05-01", "", "ASD", "1"),
        ("ED1", "ED1/2023-05-01/2", "2023-05-01", "", "SLCN", "2"),
    ]


def test_sen2_alone_brings_its_own_persons(door: MappedDoor) -> None:
    door.send({"sen2.xml": SEN2}, ["sen2"], "education")
    assert door.table("edu_pupils", "person_id, uln, date_of_birth, legal_last_name") == [
        ("9990000017", "9990000017", "2010-01-31", "Fakename"), ("J999400026001", "", "2015-04-25", "Madeup")
    ]  # fmt: skip


def test_client_level_data_gives_events_and_the_latest_of_each_person(door: MappedDoor) -> None:
    rows = [
        ["Event Type", "LA_Person_Unique_Identifier", "NHS number", "First Name", "Last Name", "Date of Birth",
         "Postcode", "Gender", "Event Reference", "Event Start Date", "Event End Date", "Service Type", "Client Type"],
        ["Service", "AS1", "9990000018", "Exampla", "Madeup", "02/05/1958", "AA1 1AB", "Female", "E1", "11/02/2025",
         "12/02/2025", "Long Term Support: Community", "Service User"],
        ["review", "AS1", "9990000018", "Exampla", "Married", "02/05/1958", "AA2 2BB", "Female", "E1", "11/02/2026", "",
         "", "Service User"],
        ["Assessment", "AS2", "9.99E+09", "Other", "Person", "", "", "", "", "13/02/2026", "", "", ""],
        ["Gossip", "AS1", "", "", "", "", "", "", "", "13/02/2026", "", "", ""],
    ]  # fmt: skip
    result = door.send({"CLD 2026.csv": as_csv(rows, encoding="windows-1252")}, ["cld"], "adult_social_care")
    assert door.table("asc_persons", "person_id, legal_last_name, nhs_number, date_of_birth, postcode") == [
        ("AS1", "Married", "9990000018", "1958-05-02", "AA2 2BB")
    ]
    assert door.table("asc_events", "person_id, event_type, start_date, end_date, client_type") == [
        ("AS1", "Review", "2026-02-11", "", "Service User"),
        ("AS1", "Service", "2025-02-11", "2025-02-12", "Service User"),
        ("AS2", "Assessment", "2026-02-13", "", ""),
    ]
    assert result.extracts["asc_events"] == (4, 3, 1)
    of_persons = [row[2:] for row in door.rejected() if row[0] == "asc_persons"]
    assert of_persons == [(4, "NHS Number", "scientific_notation"), (5, "Event Type", "unknown_value")]


def test_a_rentsense_set_compressed(door: MappedDoor) -> None:
    accounts = [["AccountReference", "TenureType", "TenancyStartDate", "TenancyEndDate", "HousingOfficerName", "Patch"]]
    accounts += [["900000042", "Secure", "2019-05-06 00:00:00", "", "Officer", "North"]]
    tenants = [["AccountReference", "Title", "TenantFirstName", "TenantSurName", "Address1", "Address2", "PostCode"]]
    tenants += [["900000042", "Ms", "Exampla", "Madeup", "1 Fake Road", "Faketown", "AA1 1AA"]]
    tenants += [["900000042", "Mr", ".", "Fakename", "1 Fake Road", "Faketown", "AA1 1AA"]]
    balances = [["AccountReference", "CurrentBalance", "BalanceDate"], ["900000042", "1,412.37", "01/11/2026"]]
    balances += [["9.00000042E+08", "1.00", "01/11/2026"]]
    plans = [["AccountReference", "AgreementStartDate", "AgreementEndDate", "AgreementCode", "AgreementAmount"]]
    plans += [["900000042", "2026-10-01", "", "C", "25.50"]]
    actions = [["AccountReference", "ActionCode", "ActionDescription", "ActionDate", "ActionSeq"]]
    actions += [["900000042", "nts", "Notice", "2026-09-01", "1"]]
    parts = {"accounts": accounts, "tenants": tenants, "balances": balances, "arrangements": plans, "actions": actions}
    files: dict[str, str | bytes] = {
        f"rent.{name}20261121.csv.gz": gzip.compress(as_csv(rows)) for name, rows in parts.items()
    }
    door.send(files, ["rentsense"], "social_housing")
    assert door.table("ren_tenancies", "tenancy_id, tenure_type, start_date, address_line_1, postcode, patch") == [
        ("900000042", "Secure", "2019-05-06", "1 Fake Road", "AA1 1AA", "North")
    ]
    assert door.table("ren_tenants", "person_id, tenancy_id, is_main_tenant, legal_first_name, legal_last_name") == [
        ("900000042/1", "900000042", "Y", "Exampla", "Madeup"), ("900000042/2", "900000042", "N", "", "Fakename")
    ]  # fmt: skip
    assert door.table("ren_balances", "tenancy_id, balance, balance_date") == [("900000042", "1412.37", "2026-11-01")]
    assert door.table("ren_arrangements", "tenancy_id, agreement_code, start_date, amount") == [
        ("900000042", "C", "2026-10-01", "25.50")
    ]
    assert door.table("ren_actions", "tenancy_id, action_code, action_date") == [("900000042", "NTS", "2026-09-01")]
    assert [row[2:] for row in door.rejected()] == [(3, "AccountReference", "scientific_notation")]


def test_the_schools_register_with_windows_names(door: MappedDoor) -> None:
    rows = [
        ["LA (code)", "URN", "EstablishmentName", "EstablishmentNumber", "EstablishmentStatus (code)", "CloseDate",
         "Postcode", "Street", "LA (name)"],
        ["999", "999901", "Écolé Primary", "4000", "1", "", "AA1 1AD", "Fake Road", "Fakeshire"],
        ["999", "999902", "Old School", "4001", "2", "31-08-2020", "AA1 1AE", "", "Fakeshire"],
    ]  # fmt: skip
    content = as_csv(rows, encoding="windows-1252")
    door.send({"edubasealldata20261120.csv": content}, ["gias"], "reference")
    assert door.table("gias_schools", "urn, la_code, establishment_name, close_date, postcode") == [
        ("999901", "999", "Écolé Primary", "", "AA1 1AD"), ("999902", "999", "Old School", "31-08-2020", "AA1 1AE")
    ]  # fmt: skip
