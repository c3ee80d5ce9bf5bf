"""Mapping files: what is wrong with one is said in words; a council's own replace the shipped; drafts are not used."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.extracts.mapped.draft import draft
from dagster_project.extracts.mapped.library import Library, MappingError, own_folder, read_mapping
from tests.extracts_kit import CANARY
from tests.mapped_kit import as_csv, as_workbook

SOUND = """
mapping: ours
title: Our tenants
kind: social_housing
formats: {csv: {delimiter: ";"}}
tables:
  balances:
    files: [bal]
    columns: {account: {is: [Ref], required: true}, owed: {is: Owed, type: number}, day: {is: Day, type: date}}
extracts:
  - {extract: ren_balances, from: balances, columns: {tenancy_id: account, balance: owed, balance_date: day}}
"""


def write(folder: Path, text: str = SOUND, name: str = "ours") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title:", "titel:", "titel is no key of a mapping; correct the spelling, or remove it"),
        ("title: Our tenants", "", "title is missing; write it"),
        ("kind: social_housing", "kind: housing", "kind is not allowed; write"),
        ("type: number", "type: money", "tables.balances.columns.owed.type is not allowed"),
        ("files: [bal]", "files: ['(']", "is no regular expression"),
        ("type: date", "type: date, dates: mm/dd/yyyy", "'mm/dd/yyyy' is no date form; write one of yyyy-mm-dd"),
        ("type: number", "values: owed", "there is no value list 'owed'"),
        ("from: balances", "from: balance", "there is no table balance"),
        ("extract: ren_balances", "extract: edu_pupils", "is no extract of social_housing; write one of ren_actions"),
        ("balance: owed", "amount: owed", "amount is no column of it; extracts, ren_balances: lacks balance"),
        ("columns: {tenancy_id", "sql: select 1, columns: {tenancy_id", "write either 'columns' or 'sql'"),
        ("mapping: ours", "mapping: theirs", "file and mapping must be called alike"),
        ("title: Our tenants", "title: a\ntitle: b", "title is written twice"),
        (SOUND, "- 1", "holds no mapping; begin one with 'hearthlink mapping new FILE'"),
        (SOUND, "a: [", "is no YAML"),
    ],
)
def test_a_faulty_mapping_is_refused_in_words(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in SOUND
    with pytest.raises(MappingError) as fault:
        read_mapping(write(tmp_path, SOUND.replace(old, new)))
    assert says in str(fault.value) and str(fault.value).startswith("ours.yaml: ")


def test_a_councils_own_mapping_stands_beside_the_agreement_and_wins(tmp_path: Path) -> None:
    write(tmp_path / "mappings")
    write(tmp_path / "mappings", SOUND.replace("mapping: ours", "mapping: rentsense"), "rentsense")
    library = Library(own_folder(tmp_path / "agreement.yaml"))
    assert library.mapping("ours").title == library.mapping("rentsense").title == "Our tenants"
    assert [entry.name for entry in library.entries() if entry.is_own] == ["ours", "rentsense"]
    with pytest.raises(MappingError, match="there is no mapping 'other'; the mappings are: annex_a"):
        library.mapping("other")


def test_a_draft_with_open_points_is_not_used(tmp_path: Path) -> None:
    write(tmp_path, SOUND + "to_finish: ['is Ref the account?']\n")
    with pytest.raises(MappingError, match=r"is a draft with 1 open points: is Ref the account\?"):
        Library(tmp_path).mapping("ours")


def test_a_draft_proposes_by_likeness_and_leaves_the_rest_open(tmp_path: Path) -> None:
    rows = [["Tenancy Ref", "Party Ref", "Forename", "Surname", "D.O.B", "NI Number", "Main Tenant", "Colour"]]
    rows += [["T1", "P1", CANARY, CANARY, "03/02/1980", "QQ123456C", "Yes", "red"]]
    (tmp_path / "tenants.csv").write_bytes(as_csv(rows))
    text = draft(tmp_path / "tenants.csv", "ours")
    found = read_mapping(write(tmp_path, text))
    assert found.extracts[0].extract == "ren_tenants" and found.dates == ("dd/mm/yyyy",) and CANARY not in text
    columns = {column: spec.names[0] for column, spec in found.tables["tenants"].columns.items()}
    assert columns == {
        "tenancy_id": "Tenancy Ref", "is_main_tenant": "Main Tenant", "legal_first_name": "Forename",
        "person_id": "Party Ref", "legal_last_name": "Surname", "date_of_birth": "D.O.B", "nino": "NI Number",
    }  # fmt: skip
    assert "is 'Party Ref' really ren_tenants.person_id?" in found.to_finish
    assert "is 'Colour' to be left out?" in found.to_finish


def test_a_draft_of_a_workbook_for_a_named_extract(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(as_workbook({"One": [["Account", "Current Balance", "As at"], ["T1", 5, ""]]}))
    found = read_mapping(write(tmp_path, draft(tmp_path / "book.xlsx", None, "ren_balances"), "book"))
    assert found.formats.xlsx is not None and found.extracts[0].columns["balance"] == "balance"
    with pytest.raises(MappingError, match="there is no extract 'rents'"):
        draft(tmp_path / "book.xlsx", None, "rents")


def test_commands_list_draft_and_check_without_values(tmp_path: Path) -> None:
    write(tmp_path / "mappings")
    (tmp_path / "bal.csv").write_text(
        f"Ref;Owed;Day;Note\nT1;1,234.50;2026-11-01;{CANARY}\nT2;{CANARY};2026-11-01;\n", encoding="utf-8"
    )
    run, agreement = CliRunner(), ["--agreement", str(tmp_path / "agreement.yaml")]
    listed = run.invoke(app, ["mapping", "list", *agreement])
    assert listed.exit_code == 0 and "Our tenants" in listed.output and "shipped" in listed.output
    checked = run.invoke(app, ["mapping", "check", str(tmp_path / "bal.csv"), "--mapping", "ours", *agreement])
    assert checked.exit_code == 1 and CANARY not in checked.output
    for text in ("Note", "bad_number", "Owed", "ren_tenancies, ren_tenants, which each delivery must hold"):
        assert text in checked.output
    alike = tmp_path / "accounts.csv"
    alike.write_text("Tenancy Ref;Balance;Date\nT1;1;2026-11-01\n", encoding="utf-8")
    drafted = ["mapping", "new", str(alike), "--out", str(tmp_path / "mappings" / "new.yaml"), "--delimiter", ";"]
    assert run.invoke(app, drafted).exit_code == 0
    assert "exists already" in run.invoke(app, drafted).output
    refused = run.invoke(app, ["mapping", "check", str(alike), "--mapping", "new", *agreement])
    assert refused.exit_code == 1 and "mapping new is a draft" in refused.output
    unlike = run.invoke(app, ["mapping", "new", str(tmp_path / "bal.csv")])
    assert unlike.exit_code == 1 and "write the mapping by hand" in unlike.output


def test_the_documented_mapping_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert read_mapping(write(tmp_path, example, "our_rents")).tables["accounts"].unpivot is not None
