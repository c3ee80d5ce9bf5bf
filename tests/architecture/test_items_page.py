"""The page that traces each item: it is current, and every step of it stands there."""

from pathlib import Path

import pytest

from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.agreement.register import load_register
from dagster_project.governance.traceability.page import COMMAND, items_page
from dagster_project.governance.traceability.trace import Project
from dagster_project.governance.traceability.used_columns import columns_of_value, used_columns

ROOT = Path(__file__).parents[2]
SHAPES = {"staged": {"stg_a": ["person_id", "start_date", "end_date", "worth"], "stg_b": ["person_id", "colour"]}}
STATEMENT = """
    with a as (select * from "db"."staged"."stg_a"), b as (select * from "db"."staged"."stg_b"),
    open_now as (select a.person_id, a.worth from a where a.end_date is null),
    joined as (select open_now.person_id, open_now.worth, b.colour from open_now left join b using (person_id))
    select * from joined
"""


@pytest.fixture(scope="module")
def project(dbt_target: Path) -> Project:
    return Project(dbt_target)


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return load_agreement(ROOT / "agreement.yaml")


@pytest.fixture(scope="module")
def page(project: Project, agreement: Agreement) -> str:
    return items_page(agreement, load_register(), project)


def test_the_committed_page_is_current(page: str) -> None:
    committed = (ROOT / "docs" / "items.md").read_text(encoding="utf-8")
    assert committed == page, f"docs/items.md is made, not written: run '{COMMAND}' and commit what it writes"


def test_every_item_that_is_shown_has_a_rule_with_a_unit_test_and_a_delivered_column(
    page: str, agreement: Agreement
) -> None:
    parts = page.split("\n## ")[1:]
    shown = [item for item in agreement.items if item.use == "display" and item.columns]
    for item in shown:
        [part] = [part for part in parts if part.startswith(f"{item.clause} {item.id}\n")]
        for name in ("Mart", "Rule", "Delivered", "Unit test", "Powers", "Seen by"):
            assert f"- **{name}** " in part, (item.id, name)


def test_a_rule_is_traced_through_its_joins_and_conditions(project: Project) -> None:
    trace = project.trace("fct_person_indicators", {"is_in_rent_arrears"})
    assert trace.rules[0] == "item_rent_arrears"
    assert {"balance", "balance_date"} <= trace.extracts["ren_balances"]
    assert "arrears_min" in trace.settings
    assert not {extract for extract in trace.extracts if not extract.startswith("ren_")}


def test_columns_that_only_filter_or_join_are_used_too() -> None:
    assert used_columns(STATEMENT, ["worth"], SHAPES) == {
        ("staged", "stg_a"): {"person_id", "end_date", "worth"},
        ("staged", "stg_b"): {"person_id"},
    }


def test_a_value_is_made_of_what_it_is_computed_from() -> None:
    assert columns_of_value(STATEMENT, "colour", SHAPES) == {("staged", "stg_b"): {"colour"}}
