"""The report that a partner gets: what it says of each fate, and that it can say no more than it should."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from dagster_project.extracts.reasons import REJECTION_WORDING, RefusalReason, RejectionReason
from dagster_project.governance.feedback.findings import (
    BrokenReference,
    DueReport,
    FileRows,
    Findings,
    IdentifierCount,
    MappedFile,
    RejectedRow,
)
from dagster_project.governance.feedback.report import cell, report_files, wording

DELIVERY = DueReport(
    delivery_key=7,
    delivery_id="northbank_ha_20261122_001",
    partner="northbank_ha",
    extract_date=date(2026, 11, 22),
    route="sftp",
    status="loaded",
    reason_code=None,
    reason=None,
    has_quality=True,
    report_sha256=None,
    state=None,
)
FILES = (FileRows("ren_tenancies", 80, 80, 0), FileRows("ren_tenants", 112, 110, 2))
REJECTED = (
    RejectedRow("ren_tenants", 7, "date_of_birth", "bad_date", "rent.tenants.csv"),
    RejectedRow("ren_tenants", 12, None, "wrong_number_of_columns"),
)
IDENTIFIERS = (IdentifierCount("nhs_number", 110, 76, 74, 1, 1, 0), IdentifierCount("upn", 110, 0, 0, 0, 0, 0))


def findings(rejected: tuple[RejectedRow, ...] = REJECTED, **changes: object) -> Findings:
    return Findings(replace(DELIVERY, **changes), FILES, rejected, IDENTIFIERS)  # type: ignore[arg-type]


def text_of(found: Findings) -> str:
    return report_files(found, "Northbank Housing Association")[f"{DELIVERY.delivery_id}_report.txt"].decode()


def rows_of(found: Findings) -> list[dict[str, str]]:
    data = report_files(found, "Northbank")[f"{DELIVERY.delivery_id}_rejected_rows.csv"]
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_an_accepted_delivery_is_told_row_by_row() -> None:
    text = text_of(findings())
    assert "Result        ACCEPTED, but 2 row(s) are left out" in text
    assert "ren_tenants       112     110         2" in text
    assert "ren_tenants  date_of_birth     1  bad_date" in text
    assert "nhs_number   110      76     74            1        1" in text
    assert "upn" not in text
    assert "Correct the 2 row(s)" in text and "Look at nhs_number: 1 invalid and 1 placeholder" in text


def test_the_list_has_place_and_reason_of_every_rejected_row() -> None:
    assert rows_of(findings()) == [
        {
            "extract": "ren_tenants",
            "file": "rent.tenants.csv",
            "line": "7",
            "column": "date_of_birth",
            "reason_code": "bad_date",
            "reason": REJECTION_WORDING[RejectionReason.BAD_DATE],
        },
        {
            "extract": "ren_tenants",
            "file": "",
            "line": "12",
            "column": "",
            "reason_code": "wrong_number_of_columns",
            "reason": REJECTION_WORDING[RejectionReason.WRONG_NUMBER_OF_COLUMNS],
        },
    ]


def test_rows_that_belong_to_nobody_are_told() -> None:
    orphans = BrokenReference("ren_balances", "tenancy_id in ren_tenancies", 3)
    text = text_of(Findings(DELIVERY, FILES[:1], (), (), (orphans,)))
    assert "ren_balances  tenancy_id in ren_tenancies     3" in text
    assert "1. Deliver what 3 row(s) of ren_balances point to" in text


def test_files_that_a_mapping_read_are_counted_as_they_were_sent() -> None:
    mapped = MappedFile("episodes.csv", "ssda903", 120, 110, 2, 8)
    text = text_of(Findings(DELIVERY, FILES[:1], (), (), mapped=(mapped,)))
    assert "episodes.csv  ssda903     120     110         2            8" in text


def test_without_a_fault_there_is_nothing_to_do_and_the_list_is_a_header() -> None:
    sound = Findings(DELIVERY, FILES[:1], (), ())
    assert "1. Nothing. Deliver again when the next extract is due." in text_of(sound)
    assert rows_of(sound) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "duplicate", "reason": "the same content is loaded already"}, "NOT NEEDED"),
        ({"status": "older", "reason": "a newer extract is loaded"}, "NOT USED"),
        ({"status": "refused", "reason": "x.csv: has no column a", "reason_code": "column_missing"}, "pack the files"),
        ({"status": "refused", "reason": "x.csv: differs", "reason_code": "hash_differs"}, "Send the files of this"),
        ({"status": "refused", "reason": "held", "reason_code": "partner_held"}, "Nothing is wrong with the files"),
    ],
)
def test_every_fate_has_its_reason_and_a_next_step(changes: dict[str, str], said: str) -> None:
    text = text_of(findings(rejected=(), **changes))
    assert said in text
    assert f"Reason        {changes['reason']}" in text
    assert "What to do next" in text


@pytest.mark.parametrize("reason", RefusalReason)
def test_every_refusal_ends_in_something_to_do(reason: RefusalReason) -> None:
    assert "1. " in text_of(findings(status="refused", reason="r", reason_code=reason.value))


@pytest.mark.parametrize("reason", RejectionReason)
def test_every_rejection_has_words(reason: RejectionReason) -> None:
    assert wording(reason.value).endswith(".")


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(value: str) -> None:
    assert cell(value) == f"'{value}"
    planted = findings(rejected=(RejectedRow("ren_tenants", 2, value, value),))
    assert {rows_of(planted)[0][name][0] for name in ("column", "reason_code", "reason")} == {"'"}


def test_the_same_findings_make_the_same_bytes() -> None:
    assert report_files(findings(), "Northbank") == report_files(findings(), "Northbank")
