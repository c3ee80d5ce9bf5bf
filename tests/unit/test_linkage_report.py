"""The linkage report in words: what is hidden stays hidden, shares are of the people they say, nothing is markup."""

import base64
import re

import pytest

from dagster_project.governance.linkage.markdown import picture_as_markdown, tables_as_markdown
from dagster_project.governance.linkage.page import render
from dagster_project.governance.linkage.picture import picture
from dagster_project.governance.linkage.report import Counts, LinkageReport, from_data
from dagster_project.governance.linkage.words import SUPPRESSED, tables

NOW = Counts(
    "20261122-020000-aaaaaaaa",
    "2026-11-22",
    {
        ("people", "all", "all"): 200,
        ("linked_people", "all", "all"): 150,
        ("people_in_review", "all", "all"): 20,
        ("links", "all", "all"): 300,
        ("review_items", "all", "all"): None,
        ("people", "age_band", "0 to 4"): 100,
        ("linked_people", "age_band", "0 to 4"): 50,
        ("people_in_review", "age_band", "0 to 4"): 20,
        ("people", "age_band", "11 to 15"): 10,
        ("linked_people", "age_band", "11 to 15"): None,
        ("people_in_review", "age_band", "11 to 15"): 0,
        ("people", "age_band", "5 to 10"): 50,
        ("linked_people", "age_band", "5 to 10"): 40,
        ("people_in_review", "age_band", "5 to 10"): 0,
        ("people", "age_band", "not known"): 40,
        ("linked_people", "age_band", "not known"): 0,
        ("people_in_review", "age_band", "not known"): 0,
        ("links", "rule", "tier 1: nhs_number"): 290,
        ("links", "rule", "<b>bold & brash</b>"): 10,
    },
)
LAST = Counts(
    "20261121-020000-bbbbbbbb", "2026-11-21", {("people", "all", "all"): 100, ("linked_people", "all", "all"): 90}
)
REPORT = LinkageReport(NOW, LAST)


def rows_of(title: str, report: LinkageReport = REPORT) -> dict[str, tuple[str, ...]]:
    [found] = [one for one in tables(report) if one.title == title]
    return {row[0]: row[1:] for row in found.rows}


def test_shares_are_of_the_people_of_the_category() -> None:
    ages = rows_of("People by age")
    assert ages["0 to 4"] == ("100", "50.0 %", "20.0 %")
    assert ages["not known"] == ("40", "0.0 %", "0.0 %")


def test_ages_are_read_in_order_and_what_is_not_known_last() -> None:
    assert list(rows_of("People by age")) == ["0 to 4", "5 to 10", "11 to 15", "not known"]


def test_what_is_suppressed_is_said_to_be_and_gives_no_share() -> None:
    assert rows_of("In all")["Questions for review"][0] == SUPPRESSED
    assert rows_of("People by age")["11 to 15"][1] == "–"
    assert NOW.share("linked_people", "age_band", "11 to 15") is None


def test_the_last_publish_stands_beside_this_run_and_the_first_has_none() -> None:
    linked = "of them linked to another system, and shown"
    assert rows_of("In all")[linked] == ("150", "75.0 %", "90", "90.0 %")
    assert rows_of("In all", LinkageReport(NOW, None))[linked] == ("150", "75.0 %", "", "")
    assert "there is none to compare with" in render(LinkageReport(NOW, None))
    assert LAST.publish_id in render(REPORT)


def test_a_report_is_the_same_after_the_pack_has_held_it() -> None:
    assert from_data(REPORT.as_data()) == REPORT
    assert from_data(LinkageReport(NOW, None).as_data()) == LinkageReport(NOW, None)


def test_the_page_is_whole_and_its_text_is_text() -> None:
    page = render(REPORT)
    assert "<b>bold" not in page and "&lt;b&gt;bold &amp; brash" in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "<script" not in page
    assert all(one.title in page for one in tables(REPORT))


@pytest.mark.parametrize("made", [picture(NOW), picture_as_markdown(REPORT)])
def test_the_picture_draws_a_bar_for_each_share_that_is_known(made: str) -> None:
    encoded = re.search(r"base64,([^)]+)", made)
    drawn = base64.b64decode(encoded[1]).decode() if encoded else made
    shares = [
        NOW.share(m, "age_band", c)
        for m in ("linked_people", "people_in_review")
        for c in NOW.categories("people", "age_band")
    ]
    assert drawn.count("<rect") == sum(share is not None for share in shares)
    assert 'width="190.0"' in drawn  # half of all the 0 to 4 year olds


def test_dagster_gets_every_table() -> None:
    text = tables_as_markdown(REPORT)
    assert all(f"**{one.title}**" in text for one in tables(REPORT))
    assert "| 0 to 4 | 100 | 50.0 % | 20.0 % |" in text
