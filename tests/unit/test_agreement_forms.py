"""The blank agreement, the JSON Schema and the commands around them."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from dagster_project.agreement import register, yaml_file
from dagster_project.agreement.blank import blank_agreement
from dagster_project.agreement.model import AgreementError, load_agreement
from dagster_project.agreement.schema import json_schema
from dagster_project.agreement.wording import clause_of
from dagster_project.cli import app
from tests.agreement_kit import SHIPPED, TEXT, changed, real, register_of, shipped, write

EMPTY_PLACES = [
    "agreement.id",
    "agreement.author",
    "agreement.enacted",
    "agreement.review_by",
    "agreement.history.0.version",
    "partners.0.kind",
    "partners.0.role",
    "partners.0.delivery.route",
    "partners.0.assurance.expires",
    "partners.0.sign_offs.0.date",
    "purposes.0.text",
    "dpia.ref",
    "consent.stated_in",
    "guidance.2.review_by",
    "data_subjects.hold_while",
    "national_data_opt_out.setting",
    "hosting.azure_region",
]


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    made = json_schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["agreement", *words])
    return result.exit_code, result.output


def test_the_blank_agreement_is_refused_and_names_what_to_fill_in(tmp_path: Path) -> None:
    blank = tmp_path / "blank.yaml"
    blank.write_text(blank_agreement(), encoding="utf-8")
    with pytest.raises(AgreementError) as refused:
        load_agreement(blank)
    said = str(refused.value).splitlines()
    assert [
        place for place in EMPTY_PLACES if not any(f" {place} (clause {clause_of(place)})" in s for s in said)
    ] == []
    assert all("fill it in" in line or "write " in line or "add at least one entry" in line for line in said), said


def test_the_blank_agreement_has_every_section_and_needs_only_to_be_filled_in(tmp_path: Path) -> None:
    """With the empty sections taken from a filled-in file, what the template brings itself is in order."""
    blank, filled = yaml_file.parse(blank_agreement()), real()
    assert set(blank) == set(shipped()) - {"example"}
    for section in ("agreement", "partners", "purposes", "dpia", "consent", "guidance", "data_subjects", "functions",
                    "national_data_opt_out", "hosting"):  # fmt: skip
        assert set(_keys(blank[section])) <= set(_keys(filled[section])), section
        blank[section] = filled[section]
    assert load_agreement(write(tmp_path, blank)).items == load_agreement(SHIPPED).items


def _keys(section: Any) -> list[str]:
    return list(section[0] if isinstance(section, list) else section)


def test_the_schema_accepts_the_shipped_file_and_a_real_one(schema: jsonschema.Draft202012Validator) -> None:
    schema.validate(shipped())
    schema.validate(real())


@pytest.mark.parametrize(
    "change",
    [
        {"agreement/colour": "red"},
        {"agreement/enacted": [1]},
        {"partners/0/role": "friend"},
        {"matching/0/keys": ["shoe_size"]},
        {"transfer/password/min_length": 8},
    ],
    ids=str,
)
def test_the_schema_refuses_what_has_not_the_form(
    schema: jsonschema.Draft202012Validator, change: dict[str, Any]
) -> None:
    assert not schema.is_valid(changed(shipped(), change))


def test_init_writes_a_blank_file_once(tmp_path: Path) -> None:
    target = tmp_path / "ours.yaml"
    assert run("init", str(target))[0] == 0
    target.write_text("mine", encoding="utf-8")
    code, said = run("init", str(target))
    assert code == 1 and "exists already" in said
    assert target.read_text(encoding="utf-8") == "mine"


def test_check_tells_how_the_agreement_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "shipped_register", lambda: register_of(TEXT))
    path = str(write(tmp_path, real()))
    assert run("check", path, "--as-at", "2026-11-22")[0] == 0
    code, said = run("check", path, "--as-at", "2027-04-01")
    assert code == 0 and "in force on 2027-04-01: no" in said and "HD-04" in said


def test_check_ends_with_an_error_for_a_broken_file(tmp_path: Path) -> None:
    code, said = run("check", str(write(tmp_path, changed(real(), {"matching/4/enabled": True}))))
    assert code == 1 and "MA-06" in said


def test_the_schema_is_printed() -> None:
    code, said = run("schema")
    assert code == 0 and yaml_file.parse(said) == json_schema()


def test_a_run_before_the_enactment_ends_before_it_begins(tmp_path: Path) -> None:
    path, home = write(tmp_path, real()), tmp_path / "home"
    (tmp_path / "x_20260331_001.datapackage.json").write_text("{}", encoding="utf-8")
    words = ["run", "--deliveries", str(tmp_path), "--agreement", str(path), "--home", str(home)]
    result = CliRunner().invoke(app, [*words, "--as-at", "2026-03-31"])
    assert result.exit_code == 1 and "HD-03" in result.output
    assert not home.exists()
