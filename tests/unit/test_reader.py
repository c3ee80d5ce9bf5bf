"""The reader: what makes a row good, what makes it bad, and that each bad row is noted without its values."""

import pytest

from dagster_project.extracts.contracts import load_contracts
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.reasons import REJECTION_WORDING, RejectionReason
from tests.extracts_kit import BALANCES, CANARY, EVENTS, PERSONS, balance, csv_text, person, read, reader_of

HEADER = "tenancy_id,balance,balance_date\n"
GOOD = (2, ["T1", "12.50", "2026-11-20"])


def reason_of(row: str, extract: str = BALANCES, header: str = HEADER) -> str | None:
    good, rejections = read(header + row, extract, 1)
    assert len(good) + len(rejections) == 1
    return rejections[0].reason_code.value if rejections else None


@pytest.mark.parametrize(
    "row",
    ["T1,12.50,2026-11-20", " T1 , 12.50,2026-11-20 \r\n", '"T1","12.50","2026-11-20"\n', "T1,12.50,2026-11-20\n"],
)
def test_values_are_trimmed_and_unquoted(row: str) -> None:
    good, rejections = read(HEADER + row, rows=1)
    assert (good, rejections) == ([GOOD], [])


def test_columns_are_matched_by_name() -> None:
    good, _ = read("balance_date, balance ,tenancy_id\n2026-11-20,12.50,T1\n", rows=1)
    assert good == [GOOD]


def test_other_columns_are_left_out_and_told_by_position_only() -> None:
    reader = reader_of(f"tenancy_id,{CANARY},balance,balance_date,\nT1,x,12.50,2026-11-20,\n".encode(), rows=1)
    assert list(reader) == [GOOD]
    assert reader.other_columns == (2, 5)


@pytest.mark.parametrize("value", ["2026-11-20", "2024-02-29", "0001-01-01"])
def test_real_days_are_dates(value: str) -> None:
    assert reason_of(f"T1,1,{value}") is None


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-29",
        "20/11/2026",
        "20261120",
        "2026-11-20T00:00:00",
        "2026-W47-5",
        "0000-01-01",
        "٢٠٢٦-11-20",
        "2026-1-2",
    ],
)
def test_what_is_no_iso_day_is_rejected(value: str) -> None:
    assert reason_of(f"T1,1,{value}") == "bad_date"


@pytest.mark.parametrize("value", ["0", "-12.5", "1234567", ".5", "0012", "12.300000000000001"])
def test_plain_decimals_are_numbers(value: str) -> None:
    assert reason_of(f"T1,{value},2026-11-20") is None


@pytest.mark.parametrize("value", ["1e3", '"1,234.50"', "£5", "NaN", "Infinity", "1.", "+5", "--1", "1_000", "١٢"])
def test_what_is_no_plain_decimal_is_rejected(value: str) -> None:
    assert reason_of(f"T1,{value},2026-11-20") == "bad_number"


@pytest.mark.parametrize(
    ("row", "column"),
    [(",1,2026-11-20", "tenancy_id"), ("T1, ,2026-11-20", "balance"), ("T1,1,", "balance_date")],
)
def test_a_required_value_may_not_be_empty(row: str, column: str) -> None:
    _, rejections = read(HEADER + row, rows=1)
    assert rejections == [(2, column, RejectionReason.VALUE_MISSING)]


@pytest.mark.parametrize(
    ("value", "reason"), [("Y", None), ("N", None), ("", None), ("y", "bad_yes_no"), ("1", "bad_yes_no")]
)
def test_yes_and_no(value: str, reason: str | None) -> None:
    _, rejections = read(csv_text(PERSONS, [person(1, restricted=value)]), PERSONS, 1)
    assert [entry.reason_code for entry in rejections] == ([reason] if reason else [])


def test_an_empty_optional_value_of_any_type_is_fine() -> None:
    good, rejections = read(csv_text(PERSONS, [{"person_id": "AS1"}]), PERSONS, 1)
    assert good[0][1] == ["AS1", *[""] * 17]
    assert not rejections


@pytest.mark.parametrize("value", ["9.99E+09", "1E+10", "9.9e+9"])
def test_an_identifier_that_a_spreadsheet_rounded_is_rejected(value: str) -> None:
    _, rejections = read(csv_text(PERSONS, [person(1, nhs_number=value)]), PERSONS, 1)
    assert rejections == [(2, "nhs_number", RejectionReason.SCIENTIFIC_NOTATION)]


@pytest.mark.parametrize("value", ["9990000000", "999 000 0026", "not a number", "0000000000", "12E5", "A+B"])
def test_an_invalid_identifier_is_no_reason_to_reject(value: str) -> None:
    good, _ = read(csv_text(PERSONS, [person(1, nhs_number=value)]), PERSONS, 1)
    assert value in good[0][1]


@pytest.mark.parametrize("character", ["\x01", "\x07", "\x1b", "\x7f", "\x85", "\x9f"])
def test_control_characters_are_rejected(character: str) -> None:
    _, rejections = read(csv_text(PERSONS, [person(1, town=f"Fake{character}town")]), PERSONS, 1)
    assert rejections == [(2, "town", RejectionReason.CONTROL_CHARACTER)]


def test_tabs_and_line_ends_within_quotes_become_one_blank() -> None:
    good, _ = read(csv_text(PERSONS, [person(1, address_line_1='"1 Fake\t House\r\nFake Road\n"')]), PERSONS, 1)
    assert "1 Fake  House Fake Road" in good[0][1]


def test_accents_apostrophes_and_statements_stay_as_they_are() -> None:
    names = {"legal_first_name": "Zoë", "legal_last_name": "O'Made-Up\u00a0III", "town": "'; drop table x;--"}
    good, rejections = read(csv_text(PERSONS, [person(1, **names)]), PERSONS, 1)
    assert set(names.values()) <= set(good[0][1]) and not rejections


@pytest.mark.parametrize("row", ["T1,1", "T1,1,2026-11-20,", "T1", " "])
def test_ragged_rows_are_rejected(row: str) -> None:
    assert reason_of(row) == "wrong_number_of_columns"


def test_blank_lines_are_counted_and_rejected() -> None:
    good, rejections = read(HEADER + "\nT1,1,2026-11-20\n\r\n", rows=3)
    assert len(good) == 1
    assert [(entry.line_number, entry.reason_code) for entry in rejections] == [(2, "blank_line"), (4, "blank_line")]


@pytest.mark.parametrize("row", ['T"1,1,2026-11-20', 'T1, "1",2026-11-20', 'T1,1,2026-11-20"'])
def test_a_quote_within_an_unquoted_value_is_rejected(row: str) -> None:
    assert reason_of(row) == "stray_quote"


def test_a_doubled_quote_within_quotes_is_text() -> None:
    good, _ = read(HEADER + '"T""1",1,2026-11-20', rows=1)
    assert good[0][1][0] == 'T"1'


def test_quotes_are_judged_by_their_own_row_also_after_rows_of_several_lines() -> None:
    folded = '"T\n{0}","1","2026-11-20"\n'
    rows = "".join(folded.format(number) for number in range(20_000)) + 'T"x,1,2026-11-20\n"T""y",1,2026-11-20\n'
    good, rejections = read(HEADER + rows, rows=20_002)
    assert [tuple(entry) for entry in rejections] == [(40_002, None, "stray_quote")]
    assert good[-1][0] == 40_003


def test_length_of_values() -> None:
    header = ",".join(column.name for column in load_contracts()[EVENTS].fields) + "\n"
    row = "E1,P1,Service,{0},2026-01-01,,,,\n"
    assert reason_of(row.format("x" * 32_768), EVENTS, header) is None
    assert reason_of(row.format("x" * 32_769), EVENTS, header) == "field_too_long"
    assert reason_of(row.format('"' + "x\n" * 1_000_000 + '"'), EVENTS, header) == "field_too_long"


def test_line_numbers_are_those_of_the_first_physical_line() -> None:
    rows = '"T\n\n1",1,2026-11-20\nT2,1,bad\n"T\n3",1,bad\nT4,1,2026-11-20\n'
    good, rejections = read(HEADER + rows, rows=4)
    assert [line for line, _ in good] == [2, 8]
    assert [entry.line_number for entry in rejections] == [5, 6]


def test_the_register_has_its_own_date_form() -> None:
    header = "URN,LA (code),EstablishmentNumber,EstablishmentName,EstablishmentStatus (code),CloseDate,Postcode,Town\n"
    rows = b"999901,999,4000,\xc9cole Example,1,31-08-2020,AA1 1AA,x\n"
    rows += b"999902,999,4001,B,1,2020-08-31,AA1 1AA,x\n999903,999,4002,C,1,1-8-2020,,x\n"
    reader = reader_of(header.encode() + rows, "gias_schools", 3, "windows-1252")
    good = list(reader)
    assert good == [(2, ["999901", "999", "4000", "École Example", "1", "31-08-2020", "AA1 1AA"])]
    assert [entry.reason_code for entry in reader.rejections] == ["bad_date", "bad_date"]


def test_a_file_with_too_many_bad_rows_is_refused_with_all_of_them_listed() -> None:
    rows = [balance(number, balance="bad" if number % 10 == 0 else "1") for number in range(1, 101)]
    reader = reader_of(csv_text(BALANCES, rows).encode(), rows=100, max_rejected=2)
    with pytest.raises(DeliveryRefused, match="at most 2 may") as refusal:
        list(reader)
    assert refusal.value.reason_code == "too_many_rejected_rows"
    assert [entry.line_number for entry in reader.rejections] == list(range(11, 102, 10))


def test_reading_a_hopeless_file_stops_early() -> None:
    reader = reader_of((HEADER + "x\n" * 30_000).encode(), rows=30_000, max_rejected=600)
    with pytest.raises(DeliveryRefused):
        list(reader)
    assert reader.rows_parsed == len(reader.rejections) == 10_000


def test_every_reason_has_a_wording() -> None:
    assert REJECTION_WORDING.keys() == set(RejectionReason)
