"""Host periods in the run: copies past their day go, owners decide by list, what was trimmed may come again."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from dagster_project.agreement.loader import RunContext, load_into_warehouse
from dagster_project.agreement.model import file_sha256, load_agreement
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.retention import disposal
from dagster_project.governance.retention.disposal import ImportRefused, export_list, import_outcomes
from dagster_project.governance.retention.due import apply_due
from dagster_project.governance.retention.record_hash import read_key, record_hmac
from dagster_project.governance.workbooks import Table, add_table, encrypted, opened, save
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.linkage.population import Council
from tests.retention_kit import deliver_files, rows

DAY = date(2026, 11, 21)
NEXT_DAY = DAY + timedelta(days=1)
BY = "A. Osei"
EDU = "fakeshire_edu"


def pupil(council: Council, born: str) -> str:
    return council.pupil("Old Pupilquill", born)


@pytest.fixture(scope="module")
def school(own_warehouse: Settings) -> tuple[Settings, Council, str, str]:
    """Two pupils, one of whom is 25 today, as landed; the run has begun."""
    council = Council()
    old, young = pupil(council, "2001-11-22"), pupil(council, "2001-11-23")
    begin(own_warehouse, NEXT_DAY)
    deliver_files(own_warehouse, council, DAY)
    return own_warehouse, council, old, young


def begin(settings: Settings, day: date) -> None:
    context = RunContext("run", day, file_sha256(settings.agreement_file), datetime(2026, 11, 22, tzinfo=UTC))
    with connect(settings, "hl_loader") as conn:
        load_into_warehouse(conn, load_agreement(settings.agreement_file), context)


def in_raw(settings: Settings) -> set[str]:
    return {person for (person,) in rows(settings, "select person_id from raw.edu_pupils")}


def test_a_copy_past_its_day_goes_and_its_owner_is_told(
    school: tuple[Settings, Council, str, str], tmp_path: Path
) -> None:
    """Never the record itself: its owner decides, and what was decided stays on record without whose it was."""
    settings, council, old, young = school
    assert in_raw(settings) == {old, young}
    found = apply_due(settings, "run", NEXT_DAY)
    assert (found.undecided, found.copies_deleted) == (1, 1)
    assert in_raw(settings) == {young}
    deliver_files(settings, council, DAY)
    assert apply_due(settings, "run", NEXT_DAY).undecided == 1, "the same file once more is no news"
    agreement = load_agreement(settings.agreement_file)
    made = export_list(settings, agreement, EDU, BY, tmp_path / "private" / "list.xlsx")
    assert old.encode() not in made.path.read_bytes()
    filled = filled_in(made.path, made.password, {"outcome": "destroy", "approver": "Head of SEND", "decided on": DAY})
    assert line(made.path, made.password)["record in the host system"] == old
    assert line(made.path, made.password)["due on"] == datetime(2026, 11, 22)
    assert import_outcomes(settings, filled, "other", BY) == {"destroy": 1}
    [(outcome, approver, recorded_by)] = rows(
        settings, "select outcome, approver, recorded_by from control.disposal_list where record_id = %s", old
    )
    assert (outcome, approver, recorded_by) == ("destroy", "Head of SEND", BY)
    assert in_raw(settings) == {young}, "an outcome deletes nothing"
    with pytest.raises(GovernanceError, match="is past its period without a decision"):
        export_list(settings, agreement, EDU, BY)
    with pytest.raises(ImportRefused) as twice:
        import_outcomes(settings, filled, "other", BY)
    assert "decided before" in twice.value.faults[0]
    logged = rows(settings, "select action, detail::text from control.access_log where action like 'disposal%%'")
    assert {action for action, _ in logged} == {"disposal_list_export", "disposal_list_import"}
    assert not any(old in detail for _, detail in logged)
    # The school destroys the record: the next file lacks it, and the list forgets whose it was.
    council.rows["edu_pupils", "case_edu"] = [
        row for row in council.rows["edu_pupils", "case_edu"] if row["person_id"] != old
    ]
    deliver_files(settings, council, NEXT_DAY, ["education"])
    apply_due(settings, "run", NEXT_DAY)
    assert rows(settings, "select record_id from control.disposal_list") == [
        (f"hmac:{record_hmac(read_key(settings), EDU, old)}",)
    ]


def line(path: Path, password: str) -> dict[str, Any]:
    [found] = table_of(path, password)
    return found


def table_of(path: Path, password: str) -> list[dict[str, Any]]:
    sheet = opened(path, password)[disposal.SHEET]
    lines = list(sheet.iter_rows(values_only=True))
    top = next(number for number, row in enumerate(lines) if row[0] == "item")
    return [dict(zip(disposal.COLUMNS, row, strict=True)) for row in lines[top + 1 :]]


def filled_in(path: Path, password: str, values: dict[str, Any]) -> Path:
    """The list as somebody saves it in a spreadsheet, under a password of their own."""
    table = [tuple((one | values).values()) for one in table_of(path, password)]

    def write(book: "xlsxwriter.Workbook") -> None:
        add_table(book, Table(disposal.SHEET, disposal.COLUMNS, table), ("x",))

    content = encrypted(write, "other")
    target = path.with_name(f"filled_{os.urandom(4).hex()}.xlsx")
    save(content, target)
    return target


BAD = {
    "no outcome": ({"approver": "a", "decided on": DAY}, "has no outcome"),
    "another word": ({"outcome": "burn", "approver": "a", "decided on": DAY}, "write one of"),
    "no approver": ({"outcome": "destroy", "decided on": DAY}, "names no approver"),
    "no day": ({"outcome": "destroy", "approver": "a"}, "has no day"),
    "tomorrow": ({"outcome": "destroy", "approver": "a", "decided on": date(2999, 1, 1)}, "has not come"),
    "no reason": ({"outcome": "preserve", "approver": "a", "decided on": DAY}, "without a reason"),
    "another list": ({"item": 99999, "outcome": "destroy", "approver": "a", "decided on": DAY}, "no open item"),
}


def test_an_outcome_that_cannot_be_taken_stops_the_whole_list(own_warehouse: Settings, tmp_path: Path) -> None:
    rows(
        own_warehouse,
        "insert into control.disposal_list (rule, record_class, partner, record_id, trigger_on, due_on, listed_on)"
        " values ('R5', 'adult_social_care', 'fakeshire_asc', 'A1', '2018-01-01', '2026-01-01', '2026-11-22')"
        " returning 1",
    )
    made = export_list(
        own_warehouse, load_agreement(own_warehouse.agreement_file), "fakeshire_asc", BY, tmp_path / "p" / "l.xlsx"
    )
    for name, (values, fault) in BAD.items():
        with pytest.raises(ImportRefused) as refused:
            import_outcomes(own_warehouse, filled_in(made.path, made.password, values), "other", BY)
        assert fault in refused.value.faults[0], name
    assert rows(own_warehouse, "select outcome from control.disposal_list where record_id = 'A1'") == [(None,)]


def test_content_that_was_trimmed_may_be_delivered_again(school: tuple[Settings, Council, str, str]) -> None:
    """The same bytes, loaded before: people who have come into scope since may be among what was deleted."""
    settings, council, _, young = school
    rows(settings, "delete from raw.edu_pupils returning 1")
    rows(
        settings,
        "update control.current_snapshots set trimmed_at = now(), rows_loaded = 0"
        " where extract = 'edu_pupils' returning 1",
    )
    deliver_files(settings, council, NEXT_DAY, ["education"])
    assert in_raw(settings) == {young}
    assert rows(
        settings, "select trimmed_at, rows_loaded from control.current_snapshots where extract = 'edu_pupils'"
    ) == [(None, 1)]


def test_whose_housing_record_vanished_is_not_matched_again_where_namesakes_are_gone(
    school: tuple[Settings, Council, str, str],
) -> None:
    settings, _, _, young = school
    trim = "update control.current_snapshots set trimmed_at = {} where extract = 'edu_pupils' returning 1"
    rows(
        settings,
        f"insert into control.held_records values ('{EDU}', %s, 'p1'), ('fakeshire_ta', 'H1', 'p1') returning 1",
        young,
    )
    assert apply_due(settings, "run", NEXT_DAY).orphans == 0, "a whole snapshot has its namesakes"
    rows(settings, trim.format("now()"))
    hold = "insert into control.legal_holds (scope, held_from, authorised_by, reason, added_by, added_at)"
    rows(settings, f"{hold} values ('everybody', '2026-01-01', 'a', 'b', 'c', now()) returning 1")
    assert apply_due(settings, "run", NEXT_DAY).orphans == 0, "a hold leaves it to the purge, which moves"
    rows(settings, "delete from control.legal_holds returning 1")
    assert apply_due(settings, "run", NEXT_DAY).orphans == 1
    assert in_raw(settings) == set()
    rows(settings, "delete from control.held_records returning 1")
