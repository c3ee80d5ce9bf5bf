"""How the invented systems go wrong: each slip is of its kind, and people recorded with care have none."""

import random
from datetime import date, timedelta

import pytest
from stdnum.gb import nhs

from dagster_project.demo import mistakes
from dagster_project.demo.errors import DemoError
from dagster_project.demo.names import borne_by, community, community_picker
from dagster_project.demo.people import Address, Household, Person
from dagster_project.demo.recording import Clerk
from dagster_project.demo.terms import academic_year, first_september, terms, years_before

AS_AT = date(2026, 11, 22)
HOME = Address("1 Acorn Street", "", "Faketown", "AA1 1AA", "999900000001")


def someone(**changes: object) -> Person:
    facts = {
        **{"number": 1, "community": "english", "first": "Robert", "last": "O'Fake-Madeup", "sex": "M"},
        **{"born": date(1980, 4, 7), "relationship": "applicant", "nhs": "9990000018", "nino": "QQ123456A"},
    }
    return Person(**{**facts, **changes})  # type: ignore[arg-type]


def seen_by(partner: str, profile: str, person: Person, times: int = 2000) -> list:
    clerk = Clerk(partner, profile, random.Random(1))
    household = Household(1, "single", person.community, [person], HOME)
    return [clerk.write(person, household, AS_AT) for _ in range(times)]


def test_a_clean_person_is_typed_without_mistakes_everywhere() -> None:
    person = someone(clean=True, last="Fakename")
    for partner in ("fakeshire_ta", "fakeshire_csc", "fakeshire_edu"):
        for seen in seen_by(partner, "brief", person, 300):
            assert (seen.first, seen.last, seen.born) == ("Robert", "Fakename", date(1980, 4, 7))
            assert seen.nhs.replace(" ", "") in ("", "9990000018")


def test_others_are_sometimes_typed_wrongly_but_mostly_right() -> None:
    seen = seen_by("fakeshire_ta", "brief", someone(last="Fakename"))
    right = sum(one.first == "Robert" and one.last == "Fakename" and one.born == date(1980, 4, 7) for one in seen)
    assert 0.88 < right / len(seen) < 0.98


@pytest.mark.parametrize(("profile", "fewest", "most"), [("brief", 0.15, 0.42), ("council", 0.90, 0.96)])
def test_each_profile_lacks_as_many_nhs_numbers_in_housing_as_it_says(profile: str, fewest: float, most: float) -> None:
    for partner in ("fakeshire_ta", "fakeshire_homes", "northbank_ha"):
        seen = seen_by(partner, profile, someone())
        assert fewest < sum(not one.nhs for one in seen) / len(seen) < most


def test_an_unknown_profile_is_refused_by_name() -> None:
    with pytest.raises(DemoError, match="council"):
        Clerk("fakeshire_ta", "perfect", random.Random(1))


def test_a_mistyped_nhs_number_never_passes_its_check_and_stays_fake() -> None:
    rng = random.Random(2)
    for _ in range(500):
        wrong = mistakes.mistyped_digit("9990000018", rng)
        assert wrong.startswith("999")
        assert not nhs.is_valid(wrong)


def test_swapped_day_and_month_leave_impossible_dates_alone() -> None:
    assert mistakes.swapped_day_and_month(date(2011, 4, 7)) == date(2011, 7, 4)
    assert mistakes.swapped_day_and_month(date(2011, 4, 27)) == date(2011, 4, 27)


def test_typed_dates_exist_whatever_they_were() -> None:
    rng = random.Random(4)
    day = date(2019, 12, 20)
    while day < date(2020, 3, 5):
        assert isinstance(mistakes.mistyped_date(day, rng), date)
        day += timedelta(days=1)


def test_accents_go_but_letters_stay() -> None:
    assert mistakes.without_accents("Łukasz Wąż Șerban Đỗ Zoë") == "Lukasz Waz Serban Do Zoe"


def test_surnames_take_the_form_that_a_woman_bears() -> None:
    rng = random.Random(1)
    assert borne_by("Kowalski", "F", "polish", rng) == "Kowalska"
    assert borne_by("Kowalski", "M", "polish", rng) == "Kowalski"
    assert borne_by("Singh", "F", "indian", rng) == "Kaur"


def test_every_community_can_name_anybody() -> None:
    rng = random.Random(1)
    names = {community_picker().pick(rng) for _ in range(2000)}
    assert len(names) == 11
    for name in sorted(names):
        people = community(name)
        assert people.given("F", 3, rng)
        assert people.given("M", 60, rng)
        assert people.surname(rng)


def test_names_are_skewed_and_surnames_have_a_long_tail() -> None:
    rng = random.Random(1)
    surnames = [community("english").surname(rng) for _ in range(5000)]
    assert surnames.count("Smith") > 50
    assert sum(surnames.count(name) == 1 for name in set(surnames)) > 300


@pytest.mark.parametrize(
    ("as_at", "year", "periods"),
    [
        (date(2026, 11, 22), "2026/27", ["AUT"]),
        (date(2026, 9, 1), "2026/27", []),
        (date(2027, 8, 31), "2026/27", ["AUT", "SPR", "SUM"]),
        (date(2028, 2, 29), "2027/28", ["AUT", "SPR"]),
    ],
)
def test_terms_that_have_begun(as_at: date, year: str, periods: list[str]) -> None:
    assert academic_year(as_at) == year
    assert [term.period for term in terms(as_at)] == periods
    assert all(first_september(as_at) <= term.start <= term.end <= as_at for term in terms(as_at))


def test_years_before_a_leap_day() -> None:
    assert years_before(date(2028, 2, 29), 1) == date(2027, 2, 28)
