"""From delivered text to what SQL sees: dates, numbers, yes/no, value lists; and headers in whatever form they come."""

import pytest

from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.mapped.convert import converter
from dagster_project.extracts.mapped.dates import DATE_FORMS, to_iso
from dagster_project.extracts.mapped.headers import find_header, recognise
from dagster_project.extracts.mapped.library import Library
from dagster_project.extracts.mapped.model import Column, Mapping
from dagster_project.extracts.reasons import RejectionReason

ALL_FORMS = tuple(DATE_FORMS)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-Apr-25 00:00:00", "2020-04-25"),
        ("25/04/2020", "2020-04-25"),
        ("5/4/2020 00:00", "2020-04-05"),
        ("25-04-2020", "2020-04-25"),
        ("2020-04-25T00:00:00.000Z", "2020-04-25"),
        ("25 April 2020", "2020-04-25"),
        ("20200425", "2020-04-25"),
        ("29/02/2024", "2024-02-29"),
        ("29/02/2023", None),
        ("04/25/2020", None),
        ("25/04/20", None),
        ("2020-Foo-25", None),
        ("0000-01-01", None),
        ("43946", None),
    ],
)
def test_dates_are_read_in_the_named_forms_alone(text: str, day: str | None) -> None:
    assert to_iso(text, ALL_FORMS) == day
    assert to_iso("25/04/2020", ("yyyy-mm-dd",)) is None


LISTS = {"sex": {"M": ("a) male", "1"), "F": ("female", "2"), "": ("not stated",)}, "law": {"C2": ("full care order",)}}


@pytest.mark.parametrize(
    ("column", "text", "value", "reason"),
    [
        ({"is": "x"}, "  kept  as it\tis ", "kept  as it is", None),
        ({"is": "x"}, "", None, None),
        ({"is": "x"}, "9.99E+09", None, "scientific_notation"),
        ({"is": "x"}, "a\x00b", None, "control_character"),
        ({"is": "x", "type": "number"}, "135.0", "135", None),
        ({"is": "x", "type": "number"}, "£1,234.50", "1234.50", None),
        ({"is": "x", "type": "number"}, "-12.30", "-12.30", None),
        ({"is": "x", "type": "number"}, "1,23", None, "bad_number"),
        ({"is": "x", "type": "whole"}, "100012345678.0", "100012345678", None),
        ({"is": "x", "type": "whole"}, "00123", "00123", None),
        ({"is": "x", "type": "yes_no"}, "a) Yes", "Y", None),
        ({"is": "x", "type": "yes_no"}, "False", "N", None),
        ({"is": "x", "type": "yes_no"}, "1", "Y", None),
        ({"is": "x", "type": "yes_no"}, "c) Not known", None, None),
        ({"is": "x", "type": "yes_no"}, "perhaps", None, "unknown_value"),
        ({"is": "x", "values": "sex"}, "A)  MALE", "M", None),
        ({"is": "x", "values": "sex"}, "b) Female", "F", None),
        ({"is": "x", "values": "sex"}, "m", "M", None),
        ({"is": "x", "values": "sex"}, "Not Stated", None, None),
        ({"is": "x", "values": "sex"}, "purple", None, "unknown_value"),
        ({"is": "x", "values": "sex", "otherwise": "keep"}, "purple", "purple", None),
        ({"is": "x", "values": "sex", "otherwise": "empty"}, "purple", None, None),
        ({"is": "x", "values": "law"}, "C2 - Full care order", "C2", None),
        ({"is": "x", "values": "law"}, "c2", "C2", None),
        ({"is": "x", "type": "date", "dates": "dd/mm/yyyy"}, "1/2/2026", "2026-02-01", None),
        ({"is": "x", "type": "date"}, "1/2/2026", None, "bad_date"),
    ],
)
def test_cells_are_converted_or_rejected_with_a_reason(
    column: dict, text: str, value: str | None, reason: str | None
) -> None:
    found = converter(Column.model_validate(column), ("yyyy-mm-dd",), LISTS)(text)
    assert found == (value, RejectionReason(reason) if reason else None)


def test_the_value_of_a_list_may_be_a_word_for_another_one() -> None:
    lists = {"term": {"SUM": ("aut",), "AUT": ("spr",), "SPR": ("sum",)}}
    convert = converter(Column.model_validate({"is": "x", "values": "term"}), ("yyyy-mm-dd",), lists)
    assert [convert(text)[0] for text in ("aut", "spr", "sum", "SPR")] == ["SUM", "AUT", "SPR", "AUT"]


def a_mapping(**tables: dict) -> Mapping:
    first = next(iter(tables))
    rule = {"extract": "csc_disabilities", "from": first, "columns": {"person_id": "child", "disability_code": "'AUT'"}}
    return Mapping.model_validate(
        {"mapping": "ours", "title": "Ours", "kind": "childrens_social_care", "formats": {"csv": {}}}
        | {"tables": tables, "extracts": [rule]}
    )


CHILD = {"is": ["Child ID", "LAchildID"], "like": [r"\bchild\b.*\bnumber\b"], "required": True}
TWO = a_mapping(
    plans={"files": ["plan"], "columns": {"child": CHILD, "start": {"is": "Start", "required": True}, "end": "End"}},
    visits={"files": ["visit"], "columns": {"child": CHILD, "day": {"is": "Day", "required": True}}},
)


@pytest.mark.parametrize(
    "name", ["Child ID", "child_id", "CHILD-ID", " LA Child ID ", "Number of the child number", "Chïld Id"]
)
def test_a_header_may_be_written_in_many_ways(name: str) -> None:
    found = recognise(TWO, ["anything.csv"], ["Other", "START", name], "anything.csv")
    assert (found.table, found.positions) == ("plans", {"start": 1, "child": 2}) and found.unknown == (0,)


def test_the_name_of_a_file_wins_over_its_columns() -> None:
    header = ["Child ID", "Start", "End", "Day"]
    assert recognise(TWO, ["visits_2026.csv"], header, "x").table == "visits"
    assert recognise(TWO, ["export.csv"], header, "x").table == "plans"


@pytest.mark.parametrize(
    ("names", "header", "code", "says"),
    [
        ("plans.csv", ["Child ID", "Begin"], "column_missing", "as 'plans' it lacks the column Start"),
        ("export.csv", ["Colour"], "file_not_recognised", "is none of the tables of the mapping ours (plans, visits)"),
        ("export.csv", ["Child ID", "Start", "Day"], "file_not_recognised", "may be any of plans, visits"),
        ("plans.csv", ["Child ID", "child id", "Start"], "column_twice", "columns 1 and 2 have the same name"),
    ],
)
def test_a_file_that_fits_no_table_or_two_is_refused_in_words(
    names: str, header: list[str], code: str, says: str
) -> None:
    with pytest.raises(DeliveryRefused) as refusal:
        recognise(TWO, [names], header, names)
    assert refusal.value.reason_code == code and says in str(refusal.value)


def test_a_title_above_the_column_names_is_passed_over() -> None:
    rows = [["Fakeshire"], [], ["Child ID", "Start"], ["C1", "2026-01-01"]]
    assert find_header(TWO, ["plans.csv"], rows, "plans.csv")[0] == 2


def test_shipped_mappings_are_sound_and_say_what_they_are() -> None:
    library = Library()
    names = [entry.name for entry in library.entries()]
    assert names == ["annex_a", "cin_census", "cld", "gias", "rentsense", "school_census", "sen2", "ssda903"]
    for name in names:
        found = library.mapping(name)
        assert found.title and found.description
        # Every table is used, or is there so that its file is known and its rows are counted.
        used = {table for rule in found.extracts for table in rule.source}
        assert used <= set(found.tables)
