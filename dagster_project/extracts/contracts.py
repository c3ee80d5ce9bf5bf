"""The contracts: which columns each extract has, as data in `contracts/*.yaml` (Frictionless Table Schema terms).

Beside the standard's own terms a field may carry `column` (its name in the database, where that differs from
the header) and `identifier` (it holds an identifier, so a value in scientific notation is a spreadsheet's doing).
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from dagster_project.extracts.errors import ContractError

REFERENCE = "reference"
FieldType = Literal["string", "date", "number", "boolean"]
_COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_FIELD_TYPES = frozenset(FieldType.__args__)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Field:
    """One column: `name` in the header, `column` in the database; `format` is `default` or a strptime pattern."""

    name: str
    column: str
    type: FieldType
    format: str
    required: bool
    identifier: bool
    description: str


@dataclass(frozen=True)
class ForeignKey:
    """Columns whose values should stand in columns of another extract of the same partner. Not enforced at landing."""

    fields: tuple[str, ...]
    extract: str
    extract_fields: tuple[str, ...]


@dataclass(frozen=True)
class Contract:
    """One extract.

    `kind` is a partner kind or `reference`; `required` says whether each delivery of that kind must hold the
    extract; `primary_key` names database columns; `other_columns_expected` says that columns outside the
    contract are normal (the national schools register).
    """

    name: str
    title: str
    description: str
    kind: str
    required: bool
    encoding: str
    other_columns_expected: bool
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Database column names in the contract's order."""
        return tuple(field.column for field in self.fields)


@cache
def load_contracts() -> dict[str, Contract]:
    """Every contract by extract name, in alphabetical order. Read once per process.

    Raises:
        ContractError: a shipped contract breaks a rule.
    """
    folder = Path(__file__).parent / "contracts"
    contracts = [read_contract(path) for path in sorted(folder.glob("*.yaml"))]
    return {contract.name: contract for contract in contracts}


def contracts_of_kind(kind: str) -> dict[str, Contract]:
    """The contracts of one partner kind (or of `reference`), by extract name."""
    return {name: contract for name, contract in load_contracts().items() if contract.kind == kind}


def read_contract(path: Path) -> Contract:
    """One contract file.

    Raises:
        ContractError: the file is not named after its extract, repeats a column, or uses a term we do not know.
    """
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        contract = _contract(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError(f"{path.name}: {error}") from None
    if contract.name != path.stem:
        raise ContractError(f"{path.name}: holds the contract of '{contract.name}'; file and extract must agree")
    return contract


def _contract(raw: dict[str, Any]) -> Contract:
    schema = raw["schema"]
    fields = tuple(_field(entry) for entry in schema["fields"])
    for names in ([field.name for field in fields], [field.column for field in fields]):
        if len(set(names)) != len(names):
            raise ValueError("a column stands in it twice")
    columns = {field.name: field.column for field in fields}
    return Contract(
        name=raw["name"],
        title=raw["title"],
        description=raw["description"],
        kind=raw["kind"],
        required=raw["required_in_delivery"],
        encoding=raw.get("encoding", "utf-8"),
        other_columns_expected=raw.get("other_columns") == "expected",
        fields=fields,
        primary_key=tuple(columns[name] for name in schema["primaryKey"]),
        foreign_keys=tuple(_foreign_key(entry) for entry in schema.get("foreignKeys", [])),
    )


def _field(raw: dict[str, Any]) -> Field:
    column = raw.get("column", raw["name"])
    if not _COLUMN_NAME.fullmatch(column):
        raise ValueError(f"'{column}' is no column name: use lower case letters, digits and underscores")
    if raw["type"] not in _FIELD_TYPES:
        raise ValueError(f"column {column} has the unknown type {raw['type']}")
    return Field(
        name=raw["name"],
        column=column,
        type=raw["type"],
        format=raw.get("format", "default"),
        required=raw.get("constraints", {}).get("required", False),
        identifier=raw.get("identifier", False),
        description=raw["description"],
    )


def _foreign_key(raw: dict[str, Any]) -> ForeignKey:
    reference = raw["reference"]
    return ForeignKey(tuple(raw["fields"]), reference["resource"], tuple(reference["fields"]))
