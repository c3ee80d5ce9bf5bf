"""Ways to break a control in the gate's small world (tests/gate_world.py), of which whatever is not said is sound."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dagster_project.settings import Settings
from tests import gate_world as data

FCT = "mart_candidate.fct_person_indicators"
PERSON = "mart_candidate.dim_person"
ADDRESS = "mart_candidate.bridge_person_address"
WORKER = "mart_candidate.bridge_person_caseworker"
SCHOOL = "mart_candidate.dim_school"
Patch = Callable[[pytest.MonkeyPatch, Settings, Path], None]


@dataclass(frozen=True)
class Mutation:
    """One broken control.

    `check` is the name of the check that must fail. `sql` holds statements by login, done after the world was built;
    `agreement` values by their place in the agreement file (`partners/0/role`), under which the world is built;
    `patch` breaks the product's own files or rules; `tables` are those whose expectations the gate has to run; `undo`
    repairs, as administrator, what building the world anew does not. `afterwards` is done when the gate has judged, for
    what is looked at once more before the publish. `unguarded` is the module of rules that would
    have refused the agreement file at the door: its lock is picked, so that the one behind it is tried.
    """

    check: str
    sql: tuple[tuple[str, str], ...] = ()
    tables: tuple[str, ...] = ()
    agreement: Mapping[str, Any] = field(default_factory=dict)
    patch: Patch | None = None
    undo: str = ""
    afterwards: tuple[tuple[str, str], ...] = ()
    unguarded: str = ""


def dbt(check: str, statement: str, *tables: str) -> Mutation:
    """A fault that a model could have: in a table of dbt's, found by a check of its suite or of the catalogue."""
    return Mutation(check, (("hl_dbt", statement),), tables)


def loader(check: str, statement: str, *tables: str) -> Mutation:
    """A fault in the agreement's tables or in what landing recorded."""
    return Mutation(check, (("hl_loader", statement),), tables)


def agreed(check: str, agreement: Mapping[str, Any], *sql: tuple[str, str]) -> Mutation:
    """An agreement file that says something else, under which all went on as before."""
    return Mutation(check, sql, agreement=agreement)


def indicator(column: str, kind: str, value: str) -> Mutation:
    """A value that the column may not have, for somebody whom only adults' care knows."""
    statement = f"update {FCT} set {column} = {value} where person_key = '{data.ALONE}'"
    return dbt(f"mart_indicators/fct_person_indicators.{column}.{kind}", statement, "fct_person_indicators")


def identity(column: str, value: str) -> Mutation:
    """Something that no housing record says of the person."""
    statement = f"update {PERSON} set {column} = {value} where person_key = '{data.ADULT}'"
    return dbt(f"mart_people/dim_person.{column}.as_housing_has_it", statement, "dim_person")


def cell(clause: str, value: str) -> Mutation:
    """A number for matching only, in the midst of a text that an officer reads."""
    statement = f"update {ADDRESS} set town = 'Fakeshire ({value})' where person_key = '{data.ALONE}'"
    return dbt(f"mart_identifiers/no_{clause}_value", statement, "dim_person")


def sftp(check: str, **transport: str) -> Mutation:
    """A delivery that came by SFTP, where one thing was not negotiated as it must be."""
    good = {
        "cipher": "aes256-ctr",
        "mac": "hmac-sha2-512-etm@openssh.com",
        "kex": "curve25519-sha256",
        "host_key_type": "ssh-ed25519",
        "host_key_fingerprint": "SHA256:" + "a" * 43,
    }
    pairs = ", ".join(f"'{name}', '{value}'" for name, value in {**good, **transport}.items())
    return loader(check, f"update control.deliveries set route = 'sftp', transport = jsonb_build_object({pairs})")


def exported(check: str, **values: str) -> Mutation:
    """An export on record that the product would not have made."""
    good = {"kind": "dashboard", "function": "data_steward", "purpose": "housing_priority", "protection": "{}"}
    columns = good | {"export_id": "e1", "actor": "zoe.quill", "publish_id": "p", "file_sha256": "a"} | values
    columns |= {"file_path": "/nowhere", "row_counts": "{}", "status": "standing"}
    statement = (
        f"insert into control.exports ({', '.join(columns)}, agreement_sha256, created_at, expires_on)"
        f" select {', '.join(repr(value) for value in columns.values())}, agreement_sha256, now(), current_date + 9"
        " from agreement.run_context"
    )
    return Mutation(check, (("admin", statement),), undo="delete from control.exports")


def plain_export(monkeypatch: pytest.MonkeyPatch, settings: Settings, folder: Path) -> None:
    """Workbooks that are not encrypted."""
    del settings, folder
    monkeypatch.setattr("dagster_project.governance.evidence.facts_exports.encrypted", lambda *_: b"PK")


def code_with(line: str) -> Patch:
    """The product with one more module."""

    def patch(monkeypatch: pytest.MonkeyPatch, settings: Settings, folder: Path) -> None:
        del settings
        package = folder / "dagster_project"
        package.mkdir()
        (package / "more.py").write_text(line + "\n", encoding="utf-8")
        monkeypatch.setattr("dagster_project.governance.evidence.facts_product._PACKAGES", ("dagster_project", package))

    return patch


def any_password(monkeypatch: pytest.MonkeyPatch, settings: Settings, folder: Path) -> None:
    """A rule for passwords that lets everything pass."""
    del settings, folder
    monkeypatch.setattr("dagster_project.governance.evidence.facts_product.check_password", lambda *_: None)


def edited(monkeypatch: pytest.MonkeyPatch, settings: Settings, folder: Path) -> None:
    """The agreement file, with a word changed after the run began."""
    del monkeypatch, folder
    with settings.agreement_file.open("a", encoding="utf-8") as file:
        file.write("# one more word\n")
