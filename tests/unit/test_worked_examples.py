"""The SQL of identifiers, school age and the academic year, on examples worked by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from tests.warehouse_kit import ConnectAs

MACROS = Path(__file__).parents[2] / "dbt_project" / "macros"
FILES = ("identity_checks.sql", "dates/birthday.sql", "dates/school_age.sql", "dates/academic_year.sql")
FAKES = ["9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069", "9990000077"]


def answers(connect_as: ConnectAs, macro: str, values: list[Any], kind: str = "text") -> list[Any]:
    """What the SQL of a macro call says of each value; the call names it `given`."""
    macros = "".join((MACROS / name).read_text(encoding="utf-8") for name in FILES)
    expression = Environment(autoescape=False).from_string(macros + "{{ " + macro + " }}").render().strip()  # noqa: S701 SQL, not HTML
    query = (
        f"select {expression.replace('%', '%%')} from unnest(%s::{kind}[]) with ordinality as v (given, n) order by n"
    )
    return [row[0] for row in connect_as("hl_analyst").execute(query.encode(), [values]).fetchall()]


def test_nhs_numbers_with_the_right_check_digit(connect_as: ConnectAs) -> None:
    right = ["9434765919", "9876543210", *FAKES]
    assert set(answers(connect_as, "identity_nhs_check_digit_is_right('given')", right)) == {True}
    # The eleventh remainder has no digit, so no number at all begins with 999000000.
    wrong = ["9434765918", "9990000019", *(f"999000000{digit}" for digit in range(10))]
    assert set(answers(connect_as, "identity_nhs_check_digit_is_right('given')", wrong)) == {False}


def test_dummies_pass_the_check_digit_and_are_known_as_dummies(connect_as: ConnectAs) -> None:
    dummies = [str(digit) * 10 for digit in range(10)] + ["1234567881"]
    assert set(answers(connect_as, "identity_nhs_check_digit_is_right('given')", dummies)) == {True}
    assert set(answers(connect_as, "identity_nhs_number_is_dummy('given')", dummies)) == {True}
    assert set(answers(connect_as, "identity_nhs_number_is_dummy('given')", FAKES)) == {False}


def test_pupil_numbers_with_the_right_check_letter(connect_as: ConnectAs) -> None:
    examples = {
        "B801200005001": True,
        "P207000016049": True,
        "Q207000016049": False,
        "J999400026001": True,
        "H99940002601A": True,
        "X99940002601B": True,
        "H99940002601B": False,
    }
    found = answers(connect_as, "identity_upn_check_letter_is_right('given')", list(examples))
    assert dict(zip(examples, found, strict=True)) == examples


def test_national_insurance_numbers_of_prefixes_that_are_issued(connect_as: ConnectAs) -> None:
    examples = dict.fromkeys(("QQ123456C", "TN311258F", "BG123456A", "AO123456A", "PP999999P"), False)
    examples |= dict.fromkeys(("AB123456C", "AB123456", "OA123456A"), True)
    found = answers(connect_as, """"given ~ '" ~ identity_nino_pattern() ~ "'" """, list(examples))
    assert dict(zip(examples, found, strict=True)) == examples


def test_postcodes_that_the_grammar_allows(connect_as: ConnectAs) -> None:
    examples = dict.fromkeys(("EC3A5DE", "AA11AA", "GIR0AA", "M11AE"), True)
    # No fixed abode, address not known, and letters that no second half holds.
    examples |= dict.fromkeys(("ZZ993VZ", "ZZ993WZ", "XX11XX", "ZZ11ZZ", "AA11AC"), False)
    found = answers(connect_as, """"given ~ '" ~ identity_postcode_pattern() ~ "'" """, list(examples))
    assert dict(zip(examples, found, strict=True)) == examples


@pytest.mark.parametrize(
    ("born", "begins", "ends"),
    [
        (date(2015, 3, 31), date(2020, 3, 31), date(2031, 6, 27)),
        (date(2015, 4, 1), date(2020, 8, 31), date(2031, 6, 27)),
        (date(2015, 9, 1), date(2020, 12, 31), date(2032, 6, 25)),
        (date(2010, 8, 31), date(2015, 8, 31), date(2026, 6, 26)),
        (date(2010, 9, 1), date(2015, 12, 31), date(2027, 6, 25)),
    ],
)
def test_compulsory_school_age(connect_as: ConnectAs, born: date, begins: date, ends: date) -> None:
    assert answers(connect_as, "school_age_begins('given')", [born], "date") == [begins]
    assert answers(connect_as, "school_age_ends('given')", [born], "date") == [ends]


def test_the_academic_year_begins_on_1_september_unless_the_council_says_otherwise(connect_as: ConnectAs) -> None:
    days = [date(2026, 8, 31), date(2026, 9, 1), date(2027, 1, 1)]
    start = """academic_year_start('given', "'{}'")"""
    september = answers(connect_as, start.format("09-01"), days, "date")
    assert september == [date(2025, 9, 1), date(2026, 9, 1), date(2026, 9, 1)]
    assert answers(connect_as, start.format("08-25"), days, "date") == [date(2026, 8, 25)] * 3
    assert answers(connect_as, "academic_year_name('given')", september, "date") == ["2025/26", "2026/27", "2026/27"]
