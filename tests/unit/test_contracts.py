"""The contracts are valid Table Schemas and say what `extracts.md` says."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.agreement.model import SOURCE_OF_KIND
from dagster_project.extracts.contracts import Contract, contracts_of_kind, load_contracts, read_contract
from dagster_project.extracts.errors import ContractError

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "dagster_project" / "extracts" / "contracts"
PAPER = ROOT.parent / "shared" / "extracts.md"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
TYPES = {"": "string", "d": "date", "n": "number", "b": "boolean"}


def test_26_partner_extracts_and_the_register() -> None:
    kinds = [contract.kind for contract in load_contracts().values()]
    assert len(kinds) == 27
    assert set(kinds) == set(SOURCE_OF_KIND) | {"reference"}
    assert all(any(contract.required for contract in contracts_of_kind(kind).values()) for kind in kinds)


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid_for_the_standard(name: str) -> None:
    from frictionless import Schema

    raw = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    schema = Schema.from_descriptor(raw["schema"])
    contract = load_contracts()[name]
    assert schema.field_names == [column.name for column in contract.fields]
    for column in schema.fields:
        assert column.description
        if column.type == "boolean":
            assert (column.true_values, column.false_values) == (["Y"], ["N"])  # type: ignore[attr-defined]
    assert raw["description"].startswith("One row per ")


@pytest.mark.parametrize("contract", load_contracts().values(), ids=lambda contract: contract.name)
def test_keys_and_references_name_columns_of_the_same_kind_of_partner(contract: Contract) -> None:
    assert contract.primary_key and set(contract.primary_key) <= set(contract.columns)
    for reference in contract.foreign_keys:
        target = load_contracts()[reference.extract]
        assert target.kind == contract.kind and target.name != contract.name
        assert set(reference.fields) <= set(contract.columns)
        assert set(reference.extract_fields) <= set(target.columns)


def test_register_columns_are_renamed_for_the_database() -> None:
    register = load_contracts()["gias_schools"]
    assert register.columns == (
        "urn",
        "la_code",
        "establishment_number",
        "establishment_name",
        "establishment_status_code",
        "close_date",
        "postcode",
    )
    assert register.encoding == "windows-1252"
    assert next(column.format for column in register.fields if column.name == "CloseDate") == "%d-%m-%Y"


def test_contracts_agree_with_the_paper() -> None:
    if not PAPER.is_file():
        pytest.skip("extracts.md is not beside the repository, so the contracts cannot be held against it")
    paper = _paper(PAPER.read_text(encoding="utf-8"))
    ours = {name: contract for name, contract in load_contracts().items() if contract.kind != "reference"}
    assert paper.keys() == ours.keys()
    for name, contract in ours.items():
        assert paper[name] == _as_on_paper(contract), name


def _paper(text: str) -> dict[str, Any]:
    found, kind = {}, ""
    for line in text.splitlines():
        if heading := re.match(r"### (\w+)", line):
            kind = heading[1]
        row = re.match(r"\| (\w+?)( R)? \| (.*) \|$", line)
        if not row or row[1] in ("extract", "gias_schools"):
            continue
        columns = re.sub(r"\([^)]*\)", "", row[3]).split(",")
        found[row[1]] = (kind, bool(row[2]), [_column(column.strip()) for column in columns])
    return found


def _column(text: str) -> tuple[str, str, bool, bool]:
    marks = re.fullmatch(r"(?P<name>\w+)(?:(?P<key>[*!]+)(?P<a>[dnb])?| (?P<b>[dnb]))?(?P<rest>[*!]*)", text)
    assert marks, text
    signs = (marks["key"] or "") + marks["rest"]
    return marks["name"], TYPES[marks["a"] or marks["b"] or ""], "*" in signs, "!" in signs


def _as_on_paper(contract: Contract) -> tuple[str, bool, list[tuple[str, str, bool, bool]]]:
    columns = [
        (column.name, column.type, column.column in contract.primary_key, column.required) for column in contract.fields
    ]
    return contract.kind, contract.required, columns


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "other"}, "must agree"),
        ({"schema": {"fields": [{"name": "A", "type": "string", "description": "x"}], "primaryKey": ["A"]}}, "'A'"),
        ({"schema": {"fields": [{"name": "a", "type": "money", "description": "x"}], "primaryKey": ["a"]}}, "money"),
        ({"schema": {"fields": [{"name": "a", "type": "string", "description": "x"}] * 2, "primaryKey": []}}, "twice"),
        ({"schema": {"fields": [], "primaryKey": ["gone"]}}, "gone"),
    ],
)
def test_a_broken_contract_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    raw = yaml.safe_load((FOLDER / "ren_balances.yaml").read_text(encoding="utf-8")) | change
    path = tmp_path / "ren_balances.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(ContractError, match=re.escape("ren_balances.yaml") + f".*{said}"):
        read_contract(path)
