"""Every clause leads to things that exist: controls in the code, checks of the gate, sections of the agreement."""

import re
from pathlib import Path

import pytest
import yaml

from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.agreement.register import Clause, checks_of, load_register, matching, unanswered
from dagster_project.agreement.run_facts import FACTS
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance import gate
from dagster_project.governance.access import judge
from dagster_project.governance.catalogue import Catalogue
from dagster_project.governance.catalogue_rules import judge_catalogue
from dagster_project.governance.facts import matching_columns, staged_extract
from dagster_project.governance.mart_shape import STRUCTURAL, mart_shape
from dagster_project.settings import load_settings
from expectations.facts import Facts, ItemColumn
from expectations.runner import build_suites

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = ("total_absence_percent", "lateness_percent", "exclusions_current_year")
NOTHING = Catalogue((), frozenset(), (), {}, 0, 0, 0)


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return load_agreement(ROOT / "agreement.yaml")


def without_items(agreement: Agreement) -> Agreement:
    """The same agreement with one display item only, which nobody's checks are about."""
    kept = [item for item in agreement.items if item.id == "first_name"]
    functions = [function.model_copy(update={"items": ("first_name",)}) for function in agreement.functions]
    return agreement.model_copy(update={"items": tuple(kept), "functions": tuple(functions)})


def gate_checks(agreement: Agreement) -> dict[str, str]:
    """What the gate stores for an agreement: `suite/check_id` and the clause that the check names."""
    shown = [(item, *name.split(".")) for item in agreement.items for name in item.columns]
    contracts = load_contracts()
    facts = Facts(
        max_faulty_share=0.02,
        extracts=tuple(staged_extract(contract) for contract in contracts.values()),
        item_columns=tuple(ItemColumn(item.id, item.clause, table, column) for item, table, column in shown),
        searched_columns={table: tuple(sorted(columns)) for table, columns in STRUCTURAL.items()},
        number_columns={"fct_person_indicators": NUMBERS},
        matching_columns=tuple(matching_columns(agreement, contracts)),
    )
    checks = {
        f"{suite.subject}/{(check.meta or {})['check_id']}": (check.meta or {})["clause"]
        for suite in build_suites(facts)
        for check in suite.suite.expectations
    }
    own = list(gate._own_checks(load_settings(), agreement, "any", None, None))
    for verdict in [*judge_catalogue(NOTHING, mart_shape(agreement), "mart_candidate"), *own]:
        checks[f"{verdict.suite}/{verdict.check_id}"] = verdict.clause
    return checks | {f"{judge.SUITE}/{check_id}": clause for check_id, clause in judge.CHECKS.items()}


@pytest.fixture(scope="module")
def stored(agreement: Agreement) -> dict[str, str]:
    return gate_checks(agreement)


@pytest.fixture(scope="module")
def names(stored: dict[str, str]) -> list[str]:
    return [*stored, *(f"run/{fact}" for fact in FACTS)]


def test_every_check_that_a_clause_names_exists(names: list[str]) -> None:
    dangling = [
        (clause.id, check)
        for clause in load_register()
        for check in (*clause.checks, *clause.item_checks)
        if not matching(check, names)
    ]
    assert dangling == []


def test_what_is_enforced_and_built_has_a_check(names: list[str]) -> None:
    assert [c.id for c in load_register() if c.kind == "enforced" and not c.not_built and not checks_of(c, names)] == []


def test_every_check_of_the_gate_serves_the_clause_that_it_names(stored: dict[str, str]) -> None:
    clauses = {clause.id: clause for clause in load_register()}
    astray = [(name, serves) for name, serves in stored.items() if not checks_of(clauses[serves], [name])]
    assert astray == []


def test_an_agreement_that_shares_fewer_items_leaves_no_clause_unanswered(agreement: Agreement) -> None:
    fewer = [*gate_checks(without_items(agreement)), *(f"run/{fact}" for fact in FACTS)]
    assert {clause.id: missing for clause in load_register() if (missing := unanswered(clause, fewer))} == {}


def test_an_item_is_not_built_exactly_when_no_column_shows_it(agreement: Agreement) -> None:
    unshown = {item.clause for item in agreement.items if item.use == "display" and not item.columns}
    assert {c.id for c in load_register() if c.id.startswith("F-") and c.not_built} == unshown


def test_every_control_exists() -> None:
    missing = [
        (clause.id, control) for clause in load_register() for control in clause.controls if not _exists(control)
    ]
    assert missing == []


def test_a_clause_that_is_built_has_a_control() -> None:
    assert [clause.id for clause in load_register() if not clause.not_built and not clause.controls] == []


def test_clauses_stand_in_the_order_of_their_numbers() -> None:
    clauses = load_register()
    for prefix in {clause.id.split("-")[0] for clause in clauses}:
        numbers = [_number(clause) for clause in clauses if clause.id.split("-")[0] == prefix]
        assert numbers == list(range(1, len(numbers) + 1)), prefix


def _number(clause: Clause) -> int:
    return int(clause.id.split("-")[1])


def _exists(control: str) -> bool:
    place, _, name = control.partition(":")
    path = ROOT / place
    if not path.is_file():
        return False
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        return name in yaml.safe_load(text)
    return not name or re.search(rf"^(?:class |def |async def )?{name}\b", text, re.MULTILINE) is not None
