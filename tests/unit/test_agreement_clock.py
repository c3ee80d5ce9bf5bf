"""The agreement's clock: enactment, review, assurance and privacy statements, on the days around their dates."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from dagster_project.agreement.model import Agreement
from dagster_project.agreement.parts import one_year_after
from dagster_project.agreement.standing import Standing, standing
from tests.agreement_kit import ABSENT, agreement_of, changed, real, shipped

ENACTED, REVIEW = date(2026, 4, 1), date(2027, 3, 31)
DAY = timedelta(days=1)


def stands(as_at: date, change: dict[str, Any] | None = None, **header: str) -> Standing:
    return standing(agreement_of(changed(real(**header), change or {})), as_at)


def signed_on(day: date, *partners: int) -> dict[str, Any]:
    """The change that adds a sign-off of those partners."""
    return {
        f"partners/{number}/sign_offs": [
            {"date": "2026-03-20", "by": "An asset owner"},
            {"date": day.isoformat(), "by": "An asset owner"},
        ]
        for number in partners
    }


def test_nothing_runs_on_the_day_before_enactment() -> None:
    before = stands(ENACTED - DAY)
    assert (before.enacted, before.in_force) == (False, False)
    assert "HD-03" in before.refusals[0] and "2026-04-01" in before.refusals[0]
    assert len(before.held_partners) == 6


def test_it_runs_and_publishes_from_the_day_of_enactment() -> None:
    on_the_day = stands(ENACTED)
    assert (on_the_day.enacted, on_the_day.in_force, on_the_day.held_partners) == (True, True, {})


@pytest.mark.parametrize(
    ("days_before", "said"),
    [(61, None), (60, "60-day"), (31, "60-day"), (30, "30-day"), (8, "30-day"), (7, "7-day"), (0, "today, 7-day")],
)
def test_the_review_is_announced(days_before: int, said: str | None) -> None:
    notices = [warning for warning in stands(REVIEW - days_before * DAY).warnings if "HD-04" in warning]
    assert len(notices) == (said is not None)
    assert all(str(said) in notice for notice in notices)


def test_it_publishes_on_the_review_day_and_not_after_it() -> None:
    assert stands(REVIEW).in_force
    after = stands(REVIEW + DAY)
    assert (after.enacted, after.in_force, after.held_partners) == (True, False, {})
    assert "HD-04" in after.refusals[0] and "sign_offs of fakeshire_ta, fakeshire_homes" in after.refusals[0]


def test_one_unsigned_partner_stops_publishing_and_is_named() -> None:
    after = stands(REVIEW + DAY, signed_on(REVIEW, 0, 1, 2, 3, 4))
    assert not after.in_force
    assert after.refusals[0].endswith("sign_offs of fakeshire_edu")


def test_all_sign_offs_renew_it_for_a_year_from_the_first_of_them() -> None:
    change = signed_on(REVIEW - 10 * DAY, 0) | signed_on(REVIEW + 3 * DAY, 1, 2, 3, 4, 5)
    assert not stands(REVIEW + 2 * DAY, change).in_force
    assert stands(REVIEW + 3 * DAY, change).in_force
    assert stands(date(2028, 3, 21), change).in_force
    assert not stands(date(2028, 3, 22), change).in_force


def test_a_sign_off_of_long_before_the_review_is_not_one_of_it() -> None:
    assert not stands(REVIEW + DAY, signed_on(REVIEW - 61 * DAY, *range(6))).in_force
    assert stands(REVIEW + DAY, signed_on(REVIEW - 60 * DAY, *range(6))).in_force


def test_signing_at_the_enactment_is_no_review() -> None:
    change = signed_on(ENACTED, *range(6))
    assert not stands(date(2026, 5, 2), change, review_by="2026-05-01").in_force


def test_the_next_review_may_be_a_year_after_the_last_sign_off_of_all() -> None:
    change = signed_on(REVIEW, *range(6))
    assert stands(date(2028, 3, 31), change, review_by="2028-03-31").in_force
    with pytest.raises(ValueError, match="HD-04"):
        stands(date(2028, 3, 31), change, review_by="2028-04-01")


def test_a_year_from_a_leap_day_ends_on_28_february() -> None:
    assert one_year_after(date(2028, 2, 29)) == date(2029, 2, 28)
    assert one_year_after(date(2027, 2, 28)) == date(2028, 2, 28)
    leap = {"agreement/enacted": "2028-02-29", "agreement/review_by": "2029-02-28"}
    assert not stands(date(2028, 2, 28), leap).enacted
    assert stands(date(2028, 2, 29), leap).in_force
    assert stands(date(2029, 2, 28), leap).in_force
    assert not stands(date(2029, 3, 1), leap).in_force
    with pytest.raises(ValueError, match="HD-04"):
        stands(date(2028, 3, 1), enacted="2028-02-29", review_by="2029-03-01")


def test_expired_assurance_holds_that_partners_deliveries_only() -> None:
    change = {"partners/2/assurance/expires": "2026-11-21"}
    assert stands(date(2026, 11, 21), change).held_partners == {}
    after = stands(date(2026, 11, 22), change)
    assert after.in_force and list(after.held_partners) == ["northbank_ha"] and after.withheld_partners == {}
    assert "SE-09" in after.held_partners["northbank_ha"]
    assert any(
        "northbank_ha" in warning and "7-day" in warning for warning in stands(date(2026, 11, 15), change).warnings
    )


def test_a_partner_that_has_not_signed_is_held() -> None:
    assert "HD-04" in stands(ENACTED, {"partners/5/sign_offs": []}).held_partners["fakeshire_edu"]


@pytest.mark.parametrize("statement", [{}, {"url": "https://x.example", "published": "2027-01-01"}])
def test_a_partner_without_a_published_statement_has_its_data_held(statement: dict[str, str]) -> None:
    without = {"partners/5/privacy_statement": statement}
    on_the_day = stands(ENACTED, without)
    assert list(on_the_day.withheld_partners) == list(on_the_day.held_partners) == ["fakeshire_edu"]
    assert "CB-02" in on_the_day.withheld_partners["fakeshire_edu"]


def test_overdue_guidance_and_an_idle_power_are_told() -> None:
    told = stands(ENACTED, {"guidance/0/review_by": "2026-03-31", "powers/15/supports": []}).warnings
    assert any("LB-19" in warning for warning in told) and any("LB-18" in warning for warning in told)


@pytest.mark.parametrize("as_at", [date(2000, 2, 29), date(2026, 11, 22), date(2028, 2, 29), date(2099, 12, 31)])
def test_the_example_is_in_force_on_any_day(as_at: date) -> None:
    example = standing(agreement_of(shipped()), as_at)
    assert (example.in_force, example.held_partners) == (True, {})
    assert [warning for warning in example.warnings if "example" not in warning] == []


def test_an_examples_dates_follow_the_day_and_a_real_ones_stay() -> None:
    example, true = agreement_of(shipped()), agreement_of(real())
    assert example.on(date(2028, 3, 1)).on(REVIEW).agreement.enacted == REVIEW - 150 * DAY
    assert true.on(REVIEW) is true
    # A copy, as tests make of the example, moves its dates as well.
    copied = example.on(ENACTED).model_copy(update={"functions": example.functions})
    assert copied.on(REVIEW).agreement.enacted == REVIEW - 150 * DAY


def usable(change: dict[str, Any]) -> Callable[[str], frozenset[str]]:
    agreement: Agreement = agreement_of(changed(shipped(), change))
    return lambda code: frozenset(agreement.usable_identifiers(agreement.partner(code)))


def test_identifiers_are_usable_where_statement_and_ladder_name_them() -> None:
    assert usable({})("fakeshire_edu") == {"nhs_number", "upn", "social_care_id", "education_id"}
    assert usable({"partners/5/privacy_statement/covers": ABSENT})("fakeshire_edu") == frozenset()
    assert usable({"matching/0/keys": ["nhs_number"]})("fakeshire_edu") == {
        "nhs_number",
        "social_care_id",
        "education_id",
    }
