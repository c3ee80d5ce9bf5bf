"""The agreement file: the shipped one loads, a broken one is refused with words that help."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.agreement.model import Agreement, AgreementError, load_agreement

SHIPPED = Path(__file__).parents[2] / "agreement.yaml"


def broken(tmp_path: Path, change: dict[str, Any]) -> Path:
    data = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    for place, value in change.items():
        target = data
        *steps, last = [int(step) if step.isdigit() else step for step in place.split("/")]
        for step in steps:
            target = target[step]
        target[last] = value
    path = tmp_path / "agreement.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def test_shipped_agreement_has_the_thirty_items_and_six_partners() -> None:
    agreement = load_agreement(SHIPPED)
    assert [item.clause for item in agreement.items] == [f"F-{number:02d}" for number in range(1, 31)]
    assert len(agreement.partners) == 6


def test_match_only_items_have_no_mart_column() -> None:
    match_only = [item for item in load_agreement(SHIPPED).items if item.use == "match_only"]
    assert {item.id for item in match_only} == {"nino", "nhs_number", "upn", "social_care_id", "education_id"}
    assert not any(item.columns for item in match_only)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"partners/0/colour": "red"}, "partners.0.colour"),
        ({"functions/0/items": ["nhs_number"]}, "matching only"),
        ({"functions/0/items": ["shoe_size"]}, "unknown item shoe_size"),
        ({"items/10/columns": ["dim_person.upn"]}, "may have no mart column"),
        ({"matching/0/tier": 4}, "in order of reliability"),
        ({"partners/1/code": "fakeshire_ta"}, "more than once"),
        ({"partners/1/code": "reference"}, "kept for public reference data"),
        ({"data_subjects/hold_while": "everybody"}, "data_subjects.hold_while"),
        ({"landing/max_rejected_percent": 200}, "landing.max_rejected_percent"),
    ],
)
def test_broken_agreement_is_refused_with_the_place(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(AgreementError, match=words):
        load_agreement(broken(tmp_path, change))


def test_missing_file_and_bad_yaml_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="--agreement"):
        load_agreement(tmp_path / "none.yaml")
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: [", encoding="utf-8")
    with pytest.raises(AgreementError, match=r"bad\.yaml"):
        load_agreement(bad)


def test_unknown_partner_is_refused() -> None:
    agreement: Agreement = load_agreement(SHIPPED)
    with pytest.raises(AgreementError, match="not a partner"):
        agreement.partner("somebody_else")
