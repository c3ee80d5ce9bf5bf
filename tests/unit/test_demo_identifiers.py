"""Fake identifiers pass the checks that real ones pass, and lie where no real one can be."""

import random
from itertools import pairwise

import pytest
from stdnum.gb import nhs, upn

from dagster_project.demo.errors import DemoError
from dagster_project.demo.identifiers import (
    RecordIds,
    Registry,
    Scrambler,
    nhs_check_digit,
    pupil_number,
    uln_check_digit,
    upn_check_letter,
)


@pytest.mark.parametrize(("nine", "check"), [("943476591", "9"), ("999000001", "8"), ("987654321", "0")])
def test_check_digit_of_nhs_numbers_with_known_answers(nine: str, check: str) -> None:
    assert nhs_check_digit(nine) == check


@pytest.mark.parametrize("nine", ["999000000", "999000014", "999000028", "999000059"])
def test_some_nhs_numbers_do_not_exist(nine: str) -> None:
    assert nhs_check_digit(nine) is None


@pytest.mark.parametrize(
    ("twelve", "letter"),
    [
        ("801200005001", "B"),
        ("207000016049", "P"),
        ("999400026001", "J"),
        ("99940002601A", "H"),
        ("99940002601B", "X"),
    ],
)
def test_check_letter_of_pupil_numbers_with_known_answers(twelve: str, letter: str) -> None:
    assert upn_check_letter(twelve) == letter


def test_check_digit_of_a_learner_number_with_a_known_answer() -> None:
    assert uln_check_digit("999000001") == "7"


def test_issued_numbers_are_valid_fake_and_never_repeat() -> None:
    registry = Registry(random.Random(1))
    health = [registry.nhs_number() for _ in range(3000)]
    pupils = [registry.pupil_number("2001", 2020) for _ in range(900)]
    assert len(set(health)) == 3000
    assert all(nhs.is_valid(number) and number.startswith("999") and len(set(number)) > 1 for number in health)
    assert len(set(pupils)) == 900
    assert all(number[0] == upn.calc_check_digit(number[1:]) and number[1:4] == "999" for number in pupils)
    assert all(registry.national_insurance_number().startswith("QQ") for _ in range(50))
    assert all(registry.learner_number().startswith("999") for _ in range(50))


def test_a_temporary_pupil_number_ends_in_a_letter_and_has_its_check_letter() -> None:
    number = pupil_number("2001", 2024, 7, temporary=True)
    assert len(number) == 13
    assert number[-1].isalpha()
    assert number[0] == upn.calc_check_digit(number[1:])


def test_a_school_that_gave_out_all_its_numbers_of_a_year_says_so() -> None:
    registry = Registry(random.Random(1))
    with pytest.raises(DemoError, match="fewer people"):
        for _ in range(1000):
            registry.pupil_number("2001", 2020)


def test_the_scrambler_gives_each_number_once_and_then_stops() -> None:
    scrambler = Scrambler(random.Random(3), prime=103)
    numbers = [scrambler.take() for _ in range(103)]
    assert sorted(numbers) == list(range(103))
    with pytest.raises(DemoError):
        scrambler.take()


def test_record_ids_tell_nothing_about_the_order_of_people() -> None:
    ids = RecordIds("TA", random.Random(5))
    numbers = [int(ids.take().removeprefix("TA9")) for _ in range(200)]
    steps = {after - before for before, after in pairwise(numbers)}
    assert len(steps) > 190
    rises = sum(step > 0 for step in steps)
    assert 60 < rises < 140
