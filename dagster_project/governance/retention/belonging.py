"""Whose the rows of an extract are: a person's, a homelessness case's or a tenancy's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from dagster_project.extracts.contracts import Contract, load_contracts

Kind = Literal["person", "case", "tenancy"]
# A row is of the first of these that its extract requires of every row.
_COLUMNS: Mapping[Kind, str] = {"person": "person_id", "case": "case_id", "tenancy": "tenancy_id"}
# What leads from a household's id to its people.
MEMBERS: Mapping[Kind, str] = {"case": "hou_household_members", "tenancy": "ren_tenants"}


@dataclass(frozen=True)
class Belonging:
    """An extract whose rows are about people. `alone`: a row may be of one member of the case only."""

    extract: str
    kind: Kind
    column: str
    alone: bool

    def stays(self, subjects: str) -> sql.Composed:
        """SQL: whether a row called `held` belongs to somebody in a table of subjects (kind, partner, subject_id)."""
        whose = _among(subjects, self.kind, self.column)
        if not self.alone:
            return whose
        return sql.SQL("({} and (nullif(btrim(held.person_id), '') is null or {}))").format(
            whose, _among(subjects, "person", "person_id")
        )

    def among(self, subjects: str) -> sql.Composed:
        """SQL: whether the row is of a subject in that table, or of a member of it alone."""
        whose = _among(subjects, self.kind, self.column)
        if not self.alone:
            return whose
        return sql.SQL("({} or {})").format(whose, _among(subjects, "person", "person_id"))


def belongings() -> list[Belonging]:
    """Every extract that holds rows about people, by name. Reference data are of nobody."""
    return [found for contract in load_contracts().values() if (found := _belonging(contract)) is not None]


def _belonging(contract: Contract) -> Belonging | None:
    required = {field.column for field in contract.fields if field.required}
    for kind, column in _COLUMNS.items():
        if column in required:
            return Belonging(contract.name, kind, column, kind != "person" and "person_id" in contract.columns)
    return None


def _among(subjects: str, kind: Kind, column: str) -> sql.Composed:
    return sql.SQL(
        "exists (select from {} as subjects where subjects.kind = {} and subjects.partner = held.partner"
        " and subjects.subject_id = btrim(held.{}))"
    ).format(sql.Identifier(subjects), sql.Literal(kind), sql.Identifier(column))
