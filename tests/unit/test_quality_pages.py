"""The pages on data quality: trends side by side, small numbers of people kept back, text that stays text."""

import re
from datetime import date

import pytest

from dagster_project.governance.evidence.markup import join
from dagster_project.governance.evidence.page_shell import whole_page
from dagster_project.governance.quality.history import (
    FileCount,
    History,
    Measure,
    PastDelivery,
    ReasonCount,
    Snapshot,
)
from dagster_project.governance.quality.sections import Shown, overview_row, sections

AS_AT = date(2026, 11, 22)
SHOWN = Shown(AS_AT, 5)
NEW, OLD = 9, 4


def past(key: int, day: int, **changes: object) -> PastDelivery:
    values: dict[str, object] = {
        "delivery_key": key,
        "delivery_id": f"fakeshire_homes_202611{day}_001",
        "extract_date": date(2026, 11, day),
        "route": "direct",
        "status": "loaded",
        "reason_code": None,
        "rows_parsed": 400,
        "rows_loaded": 398,
        "rows_rejected": 2,
    }
    return PastDelivery(**{**values, **changes})  # type: ignore[arg-type]


def measures(filled: int, valid: int, invalid: int, empty: int, key: int = NEW) -> list[Measure]:
    counts = {"filled": filled, "valid": valid, "placeholder": 0, "invalid": invalid, "unlawful": 0}
    found = [Measure(key, "ren_tenants", f"identifier_{name}", "nino", n, 398) for name, n in counts.items()]
    found.append(Measure(key, "ren_tenants", "empty", "gender", empty, 398))
    found.append(Measure(key, "ren_tenants", "broken_reference", "tenancy_id in ren_tenancies", 8, 398))
    return [*found, Measure(key, "ren_tenants", "linked", "records", 90, 398)]


def history(*counted: Measure, reasons: tuple[ReasonCount, ...] = (), max_age: int | None = 3) -> History:
    return History(
        deliveries=(past(NEW, 20), past(OLD, 10)),
        files=(FileCount(NEW, "ren_tenants", 400, 398, 2), FileCount(OLD, "ren_tenants", 40, 39, 1)),
        reasons=reasons,
        measures=counted,
        current=(Snapshot("ren_tenants", NEW, "fakeshire_homes_20261120_001", date(2026, 11, 20), 398, max_age),),
    )


def page(found: History) -> str:
    return whole_page("Quality", join(sections(found, SHOWN)))


def cells(found: History, title: str) -> list[list[str]]:
    """The body rows of one section."""
    part = page(found).split(f"<h2>{title}")[1].split("<h2>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", part.split("<tbody>")[1])
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]


def test_rows_of_the_deliveries_stand_side_by_side() -> None:
    assert cells(history(), "Rows loaded, delivery by delivery") == [["ren_tenants", "398", "39"]]
    assert "20 Nov" in page(history()) and "10 Nov" in page(history())


def test_a_feeds_age_is_counted_up_to_the_run() -> None:
    assert cells(history(), "What stands in the warehouse now")[0][3:6] == ["2", "3", "current"]
    assert cells(history(max_age=1), "What stands in the warehouse now")[0][3:6] == ["2", "1", "not current"]
    assert overview_row(history(), SHOWN)[3] == "none" and overview_row(history(max_age=1), SHOWN)[3] == "1 of 1"


def test_shares_stand_beside_those_of_earlier_deliveries() -> None:
    found = history(*measures(200, 100, 100, 40), *measures(200, 150, 50, 80, OLD))
    row = cells(found, "Identifiers and birth dates")[0]
    assert row == ["nino", "200", "50 %", "50 %", "75 %", "0", "100", "0"]
    assert cells(found, "Empty cells") == [["ren_tenants", "gender", "40", "10 %", "20 %"]]
    assert cells(found, "Broken references") == [["ren_tenants", "tenancy_id in ren_tenancies", "8", "2 %"]]
    assert cells(found, "Linked records") == [["ren_tenants", "398", "90", "23 %", "23 %"]]


@pytest.mark.parametrize("few", [1, 4])
def test_few_people_are_neither_counted_nor_to_be_worked_out(few: int) -> None:
    found = history(*measures(200, 200 - few, few, 398 - few))
    row = cells(found, "Identifiers and birth dates")[0]
    assert row[-2] == "fewer than 5"
    assert not {str(few), str(200 - few), str(398 - few)} & {cell for line in [row] for cell in line}
    assert cells(found, "Empty cells")[0][2] == "all but a few"
    assert str(few) not in overview_row(found, SHOWN)


def test_rejected_rows_are_grouped_by_place_and_reason() -> None:
    found = history(reasons=(ReasonCount(NEW, "ren_tenants", "date_of_birth", "bad_date", 2),))
    [row] = cells(found, "Rejected rows by reason")
    assert row[1:4] == ["ren_tenants", "date_of_birth", "bad_date"] and row[-1] == "2"


def test_text_stays_text_and_nothing_is_fetched() -> None:
    found = history(reasons=(ReasonCount(NEW, "ren_tenants", "<script>alert(1)</script>", "bad_date", 2),))
    made = page(found)
    assert "<script" not in made
    assert re.findall(r"(?:src|href)=\"(?!data:,)[^\"]*", made) == []


def test_a_partner_that_never_delivered_is_told_so() -> None:
    empty = History((), (), (), (), ())
    assert "Nothing was delivered yet." in page(empty)
    assert overview_row(empty, SHOWN)[1] == "none yet"
