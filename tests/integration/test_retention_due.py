"""The host systems' periods R1 to R6 by their worked examples, with exact days, over what landing leaves in `raw`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from dagster_project.clock import london_today
from dagster_project.settings import Settings
from tests.host_kit import Day, Host, Row, child, open_host, period, pupil
from tests.linkage.population import ASC, CSC, EDU, TA


@pytest.fixture
def host(warehouse: Settings) -> Iterator[Host]:
    with open_host(warehouse) as found:
        yield found


LEAP = [("mar1", date(2029, 3, 1)), ("feb28", date(2029, 2, 28))]


@pytest.mark.parametrize(("birthday", "expected"), LEAP)
def test_r1_a_leap_day_birth_reaches_25_as_the_agreement_says(host: Host, birthday: str, expected: date) -> None:
    host.agreed("retention_settings", leap_birthday=birthday).has(EDU, "edu_pupils", pupil("2004-02-29"))
    assert host.due_on("R1") == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [("2000-02-29", date(2025, 3, 1)), ("2001-11-22", date(2026, 11, 22)), ("2001-11-23", date(2026, 11, 23))],
)
def test_r1_the_25th_birthday_is_the_first_day_without_the_record(host: Host, born: str, expected: date) -> None:
    assert host.has(EDU, "edu_pupils", pupil(born)).due_on("R1") == expected


def test_r1_without_a_birth_date_nothing_is_due_and_somebody_is_told(host: Host) -> None:
    assert host.has(EDU, "edu_pupils", pupil(None)).day("R1", "1") == Day(None, "no_birth_date")


def test_r1_rows_that_disagree_are_kept_to_the_latest_birthday(host: Host) -> None:
    host.has(EDU, "edu_pupils", pupil("2004-01-02"), pupil("2005-01-02"), pupil(" "))
    assert host.due_on("R1") == date(2030, 1, 2)


@pytest.mark.parametrize(("birthday", "expected"), [("mar1", date(2030, 3, 1)), ("feb28", date(2030, 2, 28))])
def test_r2_six_years_from_a_report_on_a_leap_day(host: Host, birthday: str, expected: date) -> None:
    host.agreed("retention_settings", leap_birthday=birthday)
    host.has(CSC, "csc_referrals", {"referral_id": "1", "person_id": "9", "referral_date": "2024-02-29"})
    assert host.due_on("R2") == expected


def test_r3_forty_years_from_the_end_of_the_last_plan(host: Host) -> None:
    ended = [period("2020-06-01", "2021-03-01", plan_id="1"), period("2026-01-01", "2026-09-30", plan_id="2")]
    host.has(CSC, "csc_cp_plans", *ended)
    assert (host.due_on("R3", "1"), host.due_on("R3", "2")) == (date(2066, 9, 30),) * 2


def test_r3_a_leap_day_end_and_an_open_plan(host: Host) -> None:
    host.has(CSC, "csc_cp_plans", period("2023-01-01", "2024-02-29", plan_id="1"))
    assert host.due_on("R3") == date(2064, 2, 29)
    host.has(CSC, "csc_cp_plans", period("2026-01-01", None, plan_id="2"))
    assert host.day("R3", "1") == Day(None, "open_plan")


@pytest.mark.parametrize(("trigger", "expected"), [("birth_date", date(2055, 4, 1)), ("case_close", date(2066, 10, 5))])
def test_r3_another_start_that_the_agreement_names(host: Host, trigger: str, expected: date) -> None:
    host.starts("R3", trigger).has(CSC, "csc_persons", child("2015-04-01"))
    host.has(CSC, "csc_cp_plans", period("2026-01-01", "2026-09-30", plan_id="1"))
    closed = {"person_id": "1", "referral_date": "2025-12-01", "closure_date": "2026-10-05"}
    host.has(CSC, "csc_referrals", {"referral_id": "8", **closed})
    assert host.due_on("R3") == expected
    if trigger == "case_close":
        host.has(CSC, "csc_referrals", {"referral_id": "9", **closed, "closure_date": None})
        assert host.day("R3", "1") == Day(None, "open_case")


def test_a_plan_of_a_looked_after_child_is_kept_by_its_host_as_long_as_the_childs_file(host: Host) -> None:
    """Both classes: the host follows the longer rule, our copy the shorter. A plan from another time follows R3."""
    host.has(CSC, "csc_persons", child("2015-04-01")).has(CSC, "csc_cla_episodes", period("2021-01-01", "2021-06-01"))
    host.has(CSC, "csc_cp_plans", period("2020-06-01", "2021-03-01", plan_id="1"))
    assert host.day("R3", "1") == Day(date(2090, 4, 1), None, date(2061, 3, 1))
    host.has(CSC, "csc_cp_plans", period("2022-06-01", "2022-07-01", plan_id="2"))
    assert host.day("R3", "2") == Day(date(2062, 7, 1), None, date(2062, 7, 1))


def test_rules_bind_to_the_class_of_record_and_not_to_the_person(host: Host) -> None:
    """To have been in care keeps nobody's school records."""
    host.has(CSC, "csc_persons", child("2015-04-01")).has(CSC, "csc_cla_episodes", period("2021-01-01", "2021-06-01"))
    host.has(EDU, "edu_pupils", pupil("2015-04-01"))
    assert (host.due_on("R1"), host.due_on("R4")) == (date(2040, 4, 1), date(2090, 4, 1))


@pytest.mark.parametrize(("birthday", "day"), [("mar1", (3, 1)), ("feb28", (2, 28))])
def test_each_period_from_a_leap_day_ends_as_the_agreement_says(
    host: Host, birthday: str, day: tuple[int, int]
) -> None:
    """In a year without that day; 40 and 8 years after a leap year there is one, and both answers are alike."""
    leap, looked_after = "2024-02-29", period("2010-01-01", None)
    host.agreed("retention_settings", leap_birthday=birthday)
    host.has(EDU, "edu_pupils", pupil("2000-02-29"))
    host.has(CSC, "csc_persons", child("2004-02-29"), child("2010-05-05", leap) | {"person_id": "2"})
    host.has(CSC, "csc_cla_episodes", looked_after, looked_after | {"person_id": "2"})
    host.has(CSC, "csc_referrals", {"referral_id": "1", "person_id": "1", "referral_date": leap})
    host.has(CSC, "csc_cp_plans", period("2023-01-01", leap, plan_id="1") | {"person_id": "3"})
    host.has(ASC, "asc_persons", {"person_id": "1"}).has(ASC, "asc_events", period("2023-01-01", leap))
    host.has(TA, "hou_homeless_cases", {"case_id": "1", "main_duty_start": "2023-01-01", "main_duty_end": leap})
    ends = {("R1", "1"): 2025, ("R2", "1"): 2030, ("R4", "1"): 2079, ("R4", "2"): 2039, ("R6", "1"): 2027}
    assert {one: host.due_on(*one) for one in ends} == {one: date(year, *day) for one, year in ends.items()}
    assert (host.due_on("R3"), host.due_on("R5")) == (date(2064, 2, 29), date(2032, 2, 29))


def test_r4_to_the_75th_birthday(host: Host) -> None:
    host.has(CSC, "csc_persons", child("2015-04-01")).has(CSC, "csc_cla_episodes", period("2021-01-01", None))
    assert host.due_on("R4") == date(2090, 4, 1)


@pytest.mark.parametrize(
    ("died", "expected"),
    [("2026-02-03", date(2041, 2, 3)), ("2033-03-31", date(2048, 3, 31)), ("2033-04-01", date(2090, 4, 1))],
)
def test_r4_a_death_in_childhood_ends_it_after_fifteen_years(host: Host, died: str, expected: date) -> None:
    host.has(CSC, "csc_persons", child("2015-04-01", died)).has(CSC, "csc_cla_episodes", period("2021-01-01", None))
    assert host.due_on("R4") == expected


def test_r4_without_a_birth_date_and_from_the_end_of_care(host: Host) -> None:
    host.has(CSC, "csc_persons", child(None)).has(CSC, "csc_cla_episodes", period("2021-01-01", "2024-02-29"))
    assert host.day("R4", "1") == Day(None, "no_birth_date")
    assert host.starts("R4", "care_end").due_on("R4") == date(2099, 3, 1)


def test_r5_eight_years_after_the_last_end_of_a_service(host: Host) -> None:
    host.has(ASC, "asc_persons", {"person_id": "1"})
    host.has(ASC, "asc_events", period("2023-01-01", "2024-02-29"), period("2022-01-01", "2022-03-01"))
    assert host.due_on("R5") == date(2032, 2, 29)
    host.has(ASC, "asc_involvements", period("2025-01-01", None))
    assert host.day("R5", "1") == Day(None, "open_service")


def test_r5_death_ends_what_was_open_and_no_event_leaves_it_unknown(host: Host) -> None:
    host.has(ASC, "asc_persons", {"person_id": "1", "death_date": "2026-01-05"}, {"person_id": "2"})
    host.has(ASC, "asc_events", period("2023-01-01", None))
    assert host.due_on("R5") == date(2034, 1, 5)
    assert host.day("R5", "2") == Day(None, "no_event")


DUTIES: Row = {
    "case_id": "1",
    "prevention_start": "2024-12-01",
    "prevention_end": "2025-01-20",
    "relief_start": "2025-01-20",
    "relief_end": "2025-03-20",
    "main_duty_start": "2025-03-20",
    "main_duty_end": "2026-02-28",
}


def test_r6_three_years_after_the_last_duty_ended(host: Host) -> None:
    assert host.has(TA, "hou_homeless_cases", DUTIES).due_on("R6") == date(2029, 2, 28)


def test_r6_still_placed_is_due_at_the_host_and_not_here(host: Host) -> None:
    host.has(TA, "hou_homeless_cases", DUTIES)
    host.has(TA, "hou_ta_placements", {"placement_id": "1", "case_id": "1", "start_date": "2025-04-01"})
    assert host.day("R6", "1") == Day(date(2029, 2, 28), None, None)


def test_r6_an_open_duty_keeps_and_a_case_without_duty_counts_from_its_closing(host: Host) -> None:
    host.has(TA, "hou_homeless_cases", DUTIES | {"main_duty_end": None})
    assert host.day("R6", "1") == Day(None, "open_duty")
    host.has(TA, "hou_homeless_cases", {"case_id": "2", "case_closed": "2024-02-29"}, {"case_id": "3"})
    assert host.due_on("R6", "2") == date(2027, 3, 1)
    assert host.day("R6", "3") == Day(None, "open_case")


@pytest.mark.parametrize(
    ("moment", "is_due"),
    [
        # Summer time: London is an hour ahead, and the birthday begins while UTC still has the day before.
        (datetime(2026, 5, 31, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 5, 31, 23, 0, tzinfo=UTC), True),
        # The night on which the clocks go forward, and winter, when both have midnight together.
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), False),
        (datetime(2026, 6, 1, 0, 0, tzinfo=UTC), True),
    ],
)
def test_a_day_is_reached_at_midnight_in_london(host: Host, moment: datetime, is_due: bool) -> None:
    reached = host.has(EDU, "edu_pupils", pupil("2001-06-01")).due_on("R1")
    assert reached is not None
    assert (reached <= london_today(moment)) is is_due


def test_winter_midnight_is_the_same_in_london_and_utc(host: Host) -> None:
    reached = host.has(EDU, "edu_pupils", pupil("2001-12-01")).due_on("R1")
    assert reached is not None
    last = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    assert london_today(last) < reached <= london_today(last + timedelta(minutes=1))
