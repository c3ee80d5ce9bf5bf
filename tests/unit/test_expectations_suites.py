"""The suites as data: each check names its clause, none can return a value, and none writes SQL by hand twice."""

import re
from pathlib import Path
from typing import Any

import pytest
from great_expectations.expectations.expectation import Expectation

from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance.facts import staged_extract
from dagster_project.governance.mart_shape import STRUCTURAL
from expectations.facts import Facts, ItemColumn, is_flag
from expectations.rules import TableSuite
from expectations.runner import build_suites
from expectations.subjects import SUBJECTS
from expectations.suites.indicators import KNOWN_BY

ROOT = Path(__file__).resolve().parents[2]
DIMENSIONS = {"completeness", "uniqueness", "validity", "consistency", "secrecy", "scope"}


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return load_agreement(ROOT / "agreement.yaml")


def facts_for(agreement: Agreement, extra: tuple[ItemColumn, ...] = (), numbers: tuple[str, ...] = ()) -> Facts:
    items = tuple(
        ItemColumn(item.id, item.clause, *name.split("."))  # type: ignore[call-arg]
        for item in agreement.items
        for name in item.columns
    )
    return Facts(
        max_faulty_share=0.02,
        extracts=tuple(staged_extract(contract) for contract in load_contracts().values()),
        item_columns=(*items, *extra),
        searched_columns={table: tuple(sorted(columns)) for table, columns in STRUCTURAL.items()},
        number_columns={"fct_person_indicators": numbers},
        matching_columns=tuple((f"F-{number}", "stg_csc_persons", "nhs_number") for number in range(10, 15)),
    )


@pytest.fixture(scope="module")
def suites(agreement: Agreement) -> list[TableSuite]:
    return build_suites(facts_for(agreement))


def meta_of(check: Expectation) -> dict[str, Any]:
    assert check.meta is not None
    return check.meta


def test_every_subject_has_a_suite_and_every_suite_a_check(suites: list[TableSuite]) -> None:
    assert {suite.subject for suite in suites} == set(SUBJECTS)
    assert all(suite.suite.expectations for suite in suites)


def test_a_check_id_stands_once_in_its_subject(suites: list[TableSuite]) -> None:
    ids = [(suite.subject, meta_of(check)["check_id"]) for suite in suites for check in suite.suite.expectations]
    assert len(ids) == len(set(ids))


def test_every_check_says_which_clause_it_serves_and_what_it_means(suites: list[TableSuite]) -> None:
    for suite in suites:
        for check in suite.suite.expectations:
            assert re.fullmatch(r"[A-Z]{1,2}-\d{2}", meta_of(check)["clause"])
            assert meta_of(check)["dimension"] in DIMENSIONS
            assert check.description
            assert check.severity == "critical"


def test_a_rule_in_sql_selects_a_constant_and_changes_nothing(suites: list[TableSuite]) -> None:
    queries = [
        check.unexpected_rows_query
        for suite in suites
        for check in suite.suite.expectations
        if hasattr(check, "unexpected_rows_query")
    ]
    assert len(queries) > 100
    for query in queries:
        assert re.match(r"with judged as \([^()]*\([^()]*\) as one_row\) select 1 as offence\s+from ", query)
        assert not re.search(r"\b(insert|update|delete|drop|alter|grant|now\(\)|current_date)\b", query)


def test_every_extract_of_the_contracts_is_judged(suites: list[TableSuite]) -> None:
    judged = {suite.table for suite in suites if suite.schema == "staged"}
    assert judged == {f"stg_{extract}" for extract in load_contracts()}


def test_every_mart_table_is_judged(suites: list[TableSuite]) -> None:
    assert {suite.table for suite in suites if suite.schema == "mart_candidate"} == set(STRUCTURAL)


def test_the_flags_of_the_agreement_are_recognised_by_name(agreement: Agreement) -> None:
    for item in agreement.items:
        for name in item.columns:
            assert is_flag(name.split(".")[1]) == item.label.endswith("Flag"), item.id


def test_every_item_of_another_system_is_known_by_a_system(agreement: Agreement) -> None:
    """F-15 to F-30 come from social care and education; each item's fact column must be empty without their record."""
    items = {item.id for item in agreement.items if item.use == "display" and "F-15" <= item.clause <= "F-30"}
    assert items == set(KNOWN_BY)


def test_an_item_added_to_the_agreement_brings_its_own_check(agreement: Agreement) -> None:
    extra = (
        ItemColumn("total_absence_percent", "F-28", "fct_person_indicators", "total_absence_percent"),
        ItemColumn("is_disabled", "F-17", "fct_person_indicators", "is_disabled"),
    )
    suites = build_suites(facts_for(agreement, extra, ("total_absence_percent",)))
    checks = {meta_of(check)["check_id"]: check for suite in suites for check in suite.suite.expectations}
    percent = checks["fct_person_indicators.total_absence_percent.range"]
    assert (percent.min_value, percent.max_value, meta_of(percent)["clause"]) == (0, 100, "F-28")
    assert meta_of(checks["fct_person_indicators.is_disabled.flag"])["clause"] == "F-17"
