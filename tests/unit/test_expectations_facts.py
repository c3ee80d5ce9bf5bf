"""What the gate takes from agreement, contracts and models."""

from pathlib import Path

import pytest
import yaml

from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance.catalogue import Catalogue, Grant, Relation
from dagster_project.governance.catalogue_rules import judge_catalogue
from dagster_project.governance.facts import matching_columns, staged_extract
from dagster_project.governance.mart_shape import STRUCTURAL, MartShape, mart_shape

ROOT = Path(__file__).resolve().parents[2]
MART_MODELS = ROOT / "dbt_project" / "models" / "mart"


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return load_agreement(ROOT / "agreement.yaml")


def test_the_second_list_of_structural_columns_agrees_with_the_models() -> None:
    models = {
        model["name"]: {column["name"] for column in model["columns"] if column["config"]["meta"].get("structural")}
        for path in MART_MODELS.glob("*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    }
    assert models == {table: set(columns) for table, columns in STRUCTURAL.items()}


def test_every_item_column_of_the_models_stands_in_the_agreement(agreement: Agreement) -> None:
    models = {
        (column["config"]["meta"]["item"], f"{model['name']}.{column['name']}")
        for path in MART_MODELS.glob("*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
        for column in model["columns"]
        if "item" in column["config"]["meta"]
    }
    assert models == {(item.id, name) for item in agreement.items for name in item.columns}


def test_a_staged_table_has_the_shape_of_its_contract() -> None:
    extract = staged_extract(load_contracts()["hou_ta_placements"])
    assert extract.table == "stg_hou_ta_placements"
    assert extract.key == ("placement_id",)
    assert extract.required == ("placement_id", "case_id", "start_date")
    assert extract.dates == ("start_date", "end_date")


def test_every_column_for_matching_only_is_searched_for(agreement: Agreement) -> None:
    found = set(matching_columns(agreement, load_contracts()))
    assert {clause for clause, _, _ in found} == {"F-10", "F-11", "F-12", "F-13", "F-14"}
    assert ("F-12", "stg_edu_pupils", "former_upn") in found
    assert ("F-13", "stg_csc_persons", "person_id") in found
    assert ("F-14", "stg_edu_pupils", "person_id") in found
    assert ("F-11", "stg_hou_household_members", "nhs_number") in found
    assert not {entry for entry in found if entry[2] == "person_id" and entry[1].startswith(("stg_hou", "stg_ren"))}


def test_a_function_reads_its_items_and_the_tables_around_them(agreement: Agreement) -> None:
    small = agreement.model_copy(
        update={"functions": (agreement.functions[0].model_copy(update={"items": ("first_name",)}),)}
    )
    readable = mart_shape(small).readable["housing_officer"]
    assert ("dim_person", "first_name") in readable
    assert ("dim_person", "person_key") in readable
    assert ("dim_date", "calendar_date") in readable
    assert ("dim_person", "last_name") not in readable
    assert not {column for column in readable if column[0] in ("fct_person_indicators", "bridge_person_address")}


SHAPE = MartShape(
    tables=frozenset({"dim_person"}),
    columns=frozenset({("dim_person", "person_key"), ("dim_person", "publish_id")}),
    readable={"planning": frozenset({("dim_person", "person_key")})},
    row_scopes={"planning": "all"},
    log_readers=frozenset(),
    match_only={"nhs_number": "F-11"},
)
SOUND = Catalogue(
    relations=(Relation("dim_person", "r", "hl_dbt", "p"),),
    columns=SHAPE.columns,
    grants=(
        Grant("schema", "", "", "hl_dbt", "CREATE"),
        Grant("table", "dim_person", "", "hl_publisher", "SELECT"),
        Grant("column", "dim_person", "person_key", "fn_planning", "SELECT"),
    ),
    readable={"fn_planning": frozenset({("dim_person", "person_key")})},
    routines=0,
    code_on_tables=0,
    powerful_roles=0,
)


def offending(catalogue: Catalogue) -> set[str]:
    return {check.check_id for check in judge_catalogue(catalogue, SHAPE, "mart_candidate") if not check.passed}


def test_a_sound_catalogue_passes() -> None:
    assert offending(SOUND) == set()


@pytest.mark.parametrize(
    ("grant", "checks"),
    [
        (Grant("table", "dim_person", "", "", "SELECT"), {"no_public_rights", "no_other_rights"}),
        (Grant("table", "dim_person", "", "fn_planning", "SELECT"), {"no_other_rights"}),
        (Grant("column", "dim_person", "person_key", "fn_planning", "UPDATE"), {"no_other_rights"}),
        (Grant("column", "dim_person", "person_key", "fn_planning", "SELECT to hand on"), {"no_other_rights"}),
        (Grant("column", "dim_person", "person_key", "fn_other", "SELECT"), {"no_other_rights"}),
        (Grant("schema", "", "", "fn_planning", "USAGE"), {"no_other_rights"}),
        (Grant("schema", "", "", "hl_analyst", "CREATE"), {"no_other_rights"}),
    ],
)
def test_a_right_that_nobody_meant_is_found(grant: Grant, checks: set[str]) -> None:
    catalogue = Catalogue(**{**vars(SOUND), "grants": (*SOUND.grants, grant)})
    assert offending(catalogue) == checks


def test_a_function_without_a_role_or_with_one_column_less_is_found() -> None:
    assert offending(Catalogue(**{**vars(SOUND), "readable": {}})) == {"columns_of_fn_planning"}
    empty = {"fn_planning": frozenset[tuple[str, str]]()}
    assert offending(Catalogue(**{**vars(SOUND), "readable": empty})) == {"columns_of_fn_planning"}
