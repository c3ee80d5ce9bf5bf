"""dbt against the rest of the product: contracts, the agreement, the fixed tables of the mart, the reports."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.agreement.model import load_agreement
from dagster_project.extracts.contracts import load_contracts

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "dbt_project" / "models"
PROVENANCE = [("partner", "text"), ("delivery_id", "text"), ("line_number", "integer")]
TYPES = {"string": "text", "date": "date", "number": "numeric", "boolean": "boolean"}
MART = {
    "dim_person",
    "fct_person_indicators",
    "bridge_person_address",
    "bridge_person_caseworker",
    "dim_school",
    "dim_household",
    "dim_partner",
    "dim_date",
    "publish_info",
}


def described(folder: str) -> dict[str, dict[str, Any]]:
    """Model name to its YAML, for one folder of models."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((MODELS / folder).rglob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            found[model["name"]] = model
    assert found
    return found


def mart_meta() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (name, column["name"]): column.get("config", {}).get("meta", {})
        for name, model in described("mart").items()
        for column in model["columns"]
    }


@pytest.mark.parametrize("extract", sorted(load_contracts()))
def test_a_staged_model_has_the_columns_of_its_contract(extract: str) -> None:
    contract = load_contracts()[extract]
    model = described(f"staged/{contract.kind}")[f"stg_{extract}"]
    expected = [(field.column, TYPES[field.type]) for field in contract.fields]
    assert [(column["name"], column["data_type"]) for column in model["columns"]] == [
        *expected,
        *PROVENANCE,
    ]
    sql = (MODELS / "staged" / contract.kind / f"stg_{extract}.sql").read_text(encoding="utf-8")
    assert [name for name, _ in expected] == [
        line.split(" as ")[1].rstrip(",") for line in sql.splitlines() if "{{ staged_" in line
    ]


@pytest.mark.parametrize("extract", sorted(load_contracts()))
def test_a_staged_models_key_is_its_contracts_key(extract: str) -> None:
    contract = load_contracts()[extract]
    [key] = described(f"staged/{contract.kind}")[f"stg_{extract}"]["data_tests"]
    arguments = key["row_key"]["arguments"]
    assert arguments["columns"] == ["partner", *contract.primary_key]
    required = [field.column for field in contract.fields if field.required]
    assert arguments["required"] == ["partner", *required]


def test_the_mart_is_its_nine_tables_and_each_says_which_publish_it_is() -> None:
    assert set(described("mart")) == MART
    for name in MART:
        assert (name, "publish_id") in mart_meta()


def test_every_mart_column_shows_an_item_or_is_structural_and_never_both() -> None:
    assert [column for column, meta in mart_meta().items() if ("item" in meta) == bool(meta.get("structural"))] == []


def test_mart_columns_are_the_agreements_columns() -> None:
    agreement = load_agreement(ROOT / "agreement.yaml")
    listed = {
        (*column.split("."), item.id) for item in agreement.items if item.use == "display" for column in item.columns
    }
    assert {(*column, meta["item"]) for column, meta in mart_meta().items() if "item" in meta} == listed


def test_no_mart_column_bears_the_name_of_a_matching_identifier() -> None:
    agreement = load_agreement(ROOT / "agreement.yaml")
    hidden = {item.id for item in agreement.items if item.use == "match_only"}
    hidden |= {"person_id", "case_id", "tenancy_id", "record_id", "uprn", "ethnicity"}
    assert {column for _, column in mart_meta()} & hidden == set()


def test_every_mart_table_is_read_by_a_report() -> None:
    exposures = yaml.safe_load((MODELS / "mart" / "_exposures.yml").read_text(encoding="utf-8"))["exposures"]
    read = {reference for exposure in exposures for reference in exposure["depends_on"]}
    assert read == {f"ref('{name}')" for name in MART}


def test_columns_are_described_by_shared_blocks_only() -> None:
    own_words = [
        f"{name}.{column['name']}"
        for folder in ("staged", "items", "mart")
        for name, model in described(folder).items()
        for column in model["columns"]
        if not column["description"].startswith("{{ doc(")
    ]
    assert own_words == []


def test_feeds_name_extracts_of_their_kind() -> None:
    lines = (ROOT / "dbt_project" / "seeds" / "feeds.csv").read_text(encoding="utf-8").splitlines()
    assert {tuple(line.split(",")[:2]) for line in lines[1:]} <= {
        (contract.kind, name) for name, contract in load_contracts().items()
    }


def test_every_extract_that_an_item_reads_by_its_age_is_a_feed() -> None:
    """Else its rows would be nowhere current, and the item empty for everybody."""
    lines = (ROOT / "dbt_project" / "seeds" / "feeds.csv").read_text(encoding="utf-8").splitlines()
    items = [path.read_text(encoding="utf-8") for path in (MODELS / "items").glob("*.sql")]
    read = {found for text in items for found in re.findall(r"current_rows\('stg_(\w+)'\)", text)}
    assert read
    assert read <= {line.split(",")[1] for line in lines[1:]}
