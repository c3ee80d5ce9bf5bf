"""The settings of items and the age that files may have: typed, explained, and refused where they make no sense."""

import re
from pathlib import Path
from typing import Any

import pytest

from dagster_project.agreement.blank import blank_agreement
from dagster_project.agreement.item_settings import PREFIX_OF_KIND, Freshness, ItemSettings, extracts_of
from dagster_project.agreement.model import AgreementError, load_agreement
from dagster_project.agreement.retention_settings import RetentionSettings
from dagster_project.extracts.contracts import load_contracts
from tests.agreement_kit import SHIPPED, agreement_of, changed, shipped, write


def test_the_extracts_of_a_kind_are_those_of_its_contracts() -> None:
    for kind in PREFIX_OF_KIND:
        assert set(extracts_of(kind)) == {name for name, found in load_contracts().items() if found.kind == kind}


@pytest.mark.parametrize("text", [SHIPPED.read_text(encoding="utf-8"), blank_agreement()], ids=["shipped", "blank"])
def test_each_setting_stands_in_the_file_with_its_default_and_a_reason(text: str) -> None:
    sections = {"item_settings": ItemSettings(), "freshness": Freshness(), "retention_settings": RetentionSettings()}
    for section, part in sections.items():
        body = re.split(rf"(?m)^{section}:\n", text)[1].split("\n\n")[0]
        for name, value in part.model_dump().items():
            [line] = [line for line in body.splitlines() if line.startswith(f"  {name}:")]
            words = (value,) if isinstance(value, bool | int | float | str) else value
            assert all(str(word).lower() in line.split("#")[0].lower() for word in words), line
            assert "#" in line or section == "freshness", line


def test_a_partners_own_age_for_an_extract_comes_before_that_of_its_kind() -> None:
    data = changed(shipped(), {"partners/5/delivery": {"route": "direct", "max_age_days": {"edu_attendance": 150}}})
    agreement = agreement_of(data)
    education = agreement.partner("fakeshire_edu")
    assert agreement.max_age_days(education, "edu_attendance") == 150
    assert agreement.max_age_days(education, "edu_sen") == 10
    assert agreement.max_age_days(agreement.partner("fakeshire_ta"), "hou_ta_placements") == 3


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"item_settings/ay_start": "31-08"}, "DS-02", "write MM-DD"),
    ({"item_settings/ay_start": "01-09"}, "DS-02", "August or September"),
    ({"item_settings/lateness_codes": []}, "DS-02", "add at least one"),
    ({"item_settings/lateness_codes": ["L", "N"]}, "DS-02", "write 'L' or 'U'"),
    ({"item_settings/disabled_psr": ["tall"]}, "DS-02", "'physical'"),
    ({"item_settings/factor_months": 0}, "DS-02", "greater than or equal to 1"),
    ({"item_settings/absence_scope": "somewhere"}, "DS-02", "write 'current_school' or 'all_schools'"),
    ({"item_settings/absense_scope": "all_schools"}, "DS-02", "correct the spelling"),
    ({"freshness/education": 0}, "RE-01", "greater than or equal to 1"),
    ({"partners/5/delivery/max_age_days": {"edu_registers": 5}}, "RE-01", "edu_registers"),
    ({"partners/5/delivery/max_age_days": {"csc_cp_plans": 5}}, "RE-01", "no extract of education partners"),
]


@pytest.mark.parametrize(("change", "clause", "fix"), FAULTS, ids=[next(iter(fault[0])) for fault in FAULTS])
def test_a_setting_without_sense_is_refused_in_words(
    tmp_path: Path, change: dict[str, Any], clause: str, fix: str
) -> None:
    with pytest.raises(AgreementError) as refused:
        load_agreement(write(tmp_path, changed(shipped(), change)))
    assert any(clause in line and fix in line for line in str(refused.value).splitlines()), str(refused.value)
