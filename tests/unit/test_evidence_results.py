"""Clause results: a pass needs proof, what is missing is said, and attestations run out."""

from datetime import date, timedelta
from typing import Any

import pytest

from dagster_project.agreement.register import Clause, load_register
from dagster_project.governance.evidence.results import (
    GRACE_DAYS,
    Attested,
    Check,
    ClauseResult,
    blocking,
    clause_results,
    counts,
)

DAY = date(2026, 11, 22)


def clause(**changes: Any) -> Clause:
    values = {
        "id": "SE-05",
        "words": "Some duty",
        "heading": "Security",
        "sentences": ("0" * 64,),
        "kind": "enforced",
        "controls": ("agreement.yaml:security",),
        "checks": ("catalogue/only_*", "mart_people/unique"),
    }
    return Clause.model_construct(**{**Clause.model_construct().model_dump(), **values, **changes})


def check(name: str, *, passed: bool = True) -> Check:
    return Check(name, passed, {"offences": 0 if passed else 3})


ALL = [check("catalogue/only_tables"), check("catalogue/only_views"), check("mart_people/unique")]


def result(one: Clause, checks: list[Check], attested: Attested | None = None, **more: Any) -> ClauseResult:
    attestations = {one.id: attested} if attested else {}
    first = more.pop("first_publish", None)
    return clause_results([one], checks, attestations, more.pop("as_at", DAY), first, **more)[0]


def test_a_clause_passes_when_all_that_it_names_held() -> None:
    found = result(clause(), ALL)
    assert (found.result, found.blocks) == ("PASS", False)
    assert found.checks == ("catalogue/only_tables", "catalogue/only_views", "mart_people/unique")


@pytest.mark.parametrize("broken", range(3))
def test_one_failed_check_fails_the_clause(broken: int) -> None:
    checks = [check(each.name, passed=number != broken) for number, each in enumerate(ALL)]
    found = result(clause(), checks)
    assert (found.result, found.blocks, found.failed) == ("FAIL", True, (ALL[broken].name,))


@pytest.mark.parametrize("gone", ["mart_people/unique", "catalogue/only_"])
def test_a_check_that_nobody_ran_is_no_pass(gone: str) -> None:
    found = result(clause(), [each for each in ALL if not each.name.startswith(gone)])
    assert (found.result, found.blocks) == ("NOT EVIDENCED", True)
    assert found.missing[0].startswith(gone)


def test_a_clause_without_any_check_is_not_evidenced() -> None:
    assert result(clause(checks=()), ALL).result == "NOT EVIDENCED"


def test_a_star_does_not_reach_into_another_suite() -> None:
    found = result(clause(checks=("catalogue/unique",)), ALL)
    assert found.result == "NOT EVIDENCED"


def test_an_evidenced_clause_is_shown_and_does_not_stop_a_publish() -> None:
    found = result(clause(kind="evidenced"), [])
    assert (found.result, found.blocks) == ("NOT EVIDENCED", False)


def test_not_built_is_shown_and_does_not_stop_but_a_failed_check_does() -> None:
    unbuilt = clause(not_built="There are no exports yet")
    assert (result(unbuilt, []).result, result(unbuilt, []).blocks) == ("NOT BUILT", False)
    failed = result(unbuilt, [check("mart_people/unique", passed=False)])
    assert (failed.result, failed.blocks) == ("FAIL", True)


def test_item_checks_count_when_they_exist_and_are_not_missed() -> None:
    item = clause(checks=("mart_people/unique",), item_checks=("mart_people/flag",))
    assert result(item, ALL).result == "PASS"
    assert result(item, [*ALL, check("mart_people/flag", passed=False)]).result == "FAIL"


ATTESTED = clause(kind="attested", checks=(), controls=(), attestation_days=365)


def until(day: date) -> Attested:
    return Attested(day - timedelta(days=100), day, "a" * 64)


@pytest.mark.parametrize(
    ("late", "outcome", "blocks"),
    [
        (-1, "PASS", False),
        (0, "PASS", False),
        (1, "NOT EVIDENCED", False),
        (GRACE_DAYS, "NOT EVIDENCED", False),
        (GRACE_DAYS + 1, "NOT EVIDENCED", True),
    ],
)
def test_an_attestation_past_its_date_warns_and_then_blocks(late: int, outcome: str, blocks: bool) -> None:
    found = result(ATTESTED, [], until(DAY - timedelta(days=late)))
    assert (found.result, found.blocks) == (outcome, blocks)
    assert bool(found.warning) == (outcome != "PASS")


@pytest.mark.parametrize(("age", "blocks"), [(None, False), (GRACE_DAYS, False), (GRACE_DAYS + 1, True)])
def test_what_was_never_attested_has_grace_from_the_first_publish(age: int | None, blocks: bool) -> None:
    first = None if age is None else DAY - timedelta(days=age)
    found = result(ATTESTED, [], first_publish=first)
    assert (found.result, found.blocks, found.reason) == ("NOT EVIDENCED", blocks, "not yet attested")
    assert "hearthlink attest SE-05" in found.warning


def test_an_example_is_never_stopped_for_want_of_an_attestation() -> None:
    found = result(ATTESTED, [], first_publish=date(2020, 1, 1), may_block=False)
    assert (found.result, found.blocks) == ("NOT EVIDENCED", False)
    assert found.warning


def test_a_clause_that_is_checked_and_attested_needs_both() -> None:
    both = clause(attestation_days=365)
    assert result(both, ALL).result == "NOT EVIDENCED"
    assert result(both, ALL, until(DAY)).result == "PASS"
    assert result(both, ALL[:2], until(DAY)).blocks
    assert result(both, [check("mart_people/unique", passed=False)], until(DAY)).result == "FAIL"


def test_blocking_names_clause_result_and_reason() -> None:
    found = [result(clause(id="TR-05"), []), result(clause(id="TR-06"), ALL)]
    assert blocking(found) == ("TR-05 (NOT EVIDENCED: catalogue/only_*, mart_people/unique)",)
    assert counts(found) == {"PASS": 1, "FAIL": 0, "NOT EVIDENCED": 1, "NOT BUILT": 0}


def test_without_any_check_every_enforced_clause_that_is_built_blocks() -> None:
    """The whole shipped register: nothing enforced gets by unseen."""
    register = load_register()
    found = clause_results(register, [], {}, DAY, None)
    built = {one.id for one in register if one.kind == "enforced" and not one.not_built}
    assert len(built) > 30
    assert {each.clause.id for each in found if each.blocks} == built
    assert counts(found)["PASS"] == 0


def test_every_check_of_the_shipped_register_can_fail_its_clause() -> None:
    register = load_register()
    names = {name.replace("*", "any") for one in register for name in (*one.checks, *one.item_checks)}
    for broken in sorted(names):
        found = clause_results(register, [check(name, passed=name != broken) for name in names], {}, DAY, None)
        failed = {each.clause.id for each in found if each.result == "FAIL"}
        assert failed, broken
        assert {each.clause.id for each in found if each.blocks} == {
            each.clause.id for each in found if each.result == "FAIL" and each.clause.kind == "enforced"
        }
