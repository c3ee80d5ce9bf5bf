"""Broken agreement files: each is refused with the clause that it breaks and with what to do."""

import re
from pathlib import Path
from typing import Any

import pytest

from dagster_project.agreement.model import AgreementError, load_agreement
from dagster_project.agreement.sentences import sha256_of
from tests.agreement_kit import ABSENT, SHIPPED, changed, real, shipped, write

EXPORTER = "protected_xlsx"

EXAMPLE_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    # Form: what is missing, misspelt or not allowed.
    ({"agreement/title": ABSENT}, "HD-01", "is missing; write it"),
    ({"agreement/title": "  "}, "HD-01", "is empty; fill it in"),
    ({"agreement/author": None}, "HD-05", "fill it in"),
    ({"agreement/histroy": []}, "HD-01", "agreement.histroy .* is not a key of the agreement; correct the spelling"),
    ({"agreement/history": []}, "HD-02", "add at least one entry"),
    ({"agreement/enacted": "spring"}, "HD-03", "write it as YYYY-MM-DD"),
    ({"agreement/enacted": True}, "HD-03", "is not a date"),
    ({"agreement/enacted": 999_999_999}, "HD-03", "is not a date"),
    ({"partners/0/role": "controller"}, "DC-01", "write 'separate_controller', 'joint_controller' or 'processor'"),
    ({"partners/0/assurance": ABSENT}, "SE-09", "is missing"),
    ({"partners/0/assurance/scheme": "trust_us"}, "SE-09", "write 'nhs_dspt'"),
    ({"partners/0/privacy_statement/covers": ["shoe_size"]}, "MA-02", "write 'nhs_number'"),
    ({"consent/gathered": True}, "CB-01", "write False"),
    ({"dpia": ABSENT}, "PU-02", "is missing"),
    ({"national_data_opt_out": ABSENT}, "ND-01", "is missing"),
    ({"unlinked_people": "displayed"}, "MA-07", "write 'not_displayed'"),
    ({"transfer/cipher": "aes-128"}, "TR-05", "write 'aes-256'"),
    ({"transfer/hash": "sha-1"}, "TR-06", "write 'sha-2'"),
    ({"transfer/password/min_length": 14}, "TR-09", "greater than or equal to 15"),
    ({"transfer/password/character_types": 3}, "TR-10", "write 4"),
    ({"transfer/generic_account_names": "allowed"}, "TR-08", "write 'refused'"),
    ({"security/printing": "sometimes"}, "SE-03", "write 'never'"),
    ({"security/removable_media": "encrypted"}, "SE-04", "write 'never'"),
    ({"exports/password_protected": False}, "SE-05", "write True"),
    ({"exports/planning/k": 1}, "SE-07", "greater than or equal to 5"),
    ({"hosting/azure_region": "eastus"}, "TR-02", "write 'westeurope'"),
    ({"hosting/powerbi_region": "eastus"}, "TR-03", "write 'northeurope'"),
    # Header.
    ({"agreement/review_by": 260}, "HD-04", "later than a year after .* bring it forward"),
    ({"agreement/review_by": -151}, "HD-04", "does not come after the enactment"),
    ({"agreement/version": "1.1"}, "HD-02", "newest entry of agreement.history is 1.0; add the missing entry"),
    ({"agreement/history/0/version": "1.0"}, "HD-02", "give each change a version of its own"),
    ({"agreement/history/0/date": -100}, "HD-02", "the oldest first"),
    ({"agreement/enacted": "2026-04-01"}, "HD-03", "write a number, or remove example: true"),
    ({"agreement/text_file": "signed.txt"}, "HD-02", "text_file and text_sha256 belong together"),
    # Partners.
    (
        {
            "partners/0/role": "separate_controller",
            "partners/1/role": "separate_controller",
            "partners/3/role": "separate_controller",
            "partners/4/role": "separate_controller",
        },
        "DC-01",
        "cannot be joint with anybody",
    ),
    ({"partners/2/delivery/route": "direct"}, "TR-04", "outside the council .* write sftp"),
    ({"partners/0/delivery/route": "sftp"}, "TR-01", "write why this one cannot"),
    ({"partners/0/privacy_statement/published": ABSENT}, "CB-02", "write both url and published"),
    ({"partners/0/privacy_statement": {"covers": ["nino"]}}, "MA-02", "no published statement"),
    ({"partners/0/assurance": {"scheme": "equivalent", "expires": 10}}, "SE-09", "say which standard"),
    ({"partners/0/kind": "social_housing"}, "DS-01", "nobody could be shown; add that partner"),
    ({"partners/3/person_id_namespace": "fakeshire_edu"}, "MA-03", "give each its own"),
    # Basis.
    ({"functions/0/purpose": "curiosity"}, "PU-05", "choose one of multiple_disadvantage"),
    ({"lawful_basis/0/covers": "special_category"}, "LB-01", "correct article or covers"),
    ({"powers/0/supports": ["shoe_size"]}, "LB-03", "unknown item shoe_size; correct the name"),
    ({"lawful_basis/1": ABSENT}, "LB-01", r"Article 6\(1\)\(e\) of the signed text is not listed; add it"),
    ({"lawful_basis/2": ABSENT}, "LB-02", r"Article 9\(2\)\(c\) of the signed text is not listed; add it"),
    ({"powers/4": ABSENT}, "LB-07", "no entry carries out this clause of the signed text; add it"),
    ({"powers/4/clause": "LB-99"}, "LB-99", "is none of LB-03 to LB-18; correct it"),
    ({"guidance/1": ABSENT}, "LB-20", "no entry carries out this clause of the signed text; add it"),
    # Content.
    ({"items/0/clause": "F-02"}, "DS-02", "listed more than once: F-02"),
    ({"items/0/columns": ["dim_person.last_name"]}, "DS-02", "listed more than once: dim_person.last_name"),
    ({"items/0/columns": ["dim_person.middle_name"]}, "F-01", "which no model of the mart shows"),
    ({"items/10/columns": ["dim_person.nhs"]}, "F-11", "remove its columns"),
    ({"items/0/clause": "F-31"}, "DS-02", "is no item of the signed text .* remove it"),
    ({"items/11/use": "display", "items/11/columns": ["dim_person.upn"]}, "F-12", "write use: match_only"),
    ({"items/3/use": "match_only"}, "F-04", "shared to be shown, not for matching .* write use: display"),
    ({"items/14/special_category": False}, "DS-03", "write special_category: true"),
    ({"items/22/excludes": ["youth_justice"]}, "F-23", "write excludes"),
    ({"functions/0/items/0": "nhs_number"}, "F-11", "is for matching only .* remove it"),
    ({"functions/0/items/0": "shoe_size"}, "SE-02", "unknown item shoe_size"),
    ({"functions/0/items/0": "gender"}, "SE-02", "lists gender twice"),
    (
        {f"functions/{number}/items/{1 if number == 6 else 4}": ABSENT for number in range(7)},
        "PU-01",
        "no function uses is_in_temporary_accommodation",
    ),
    ({"functions/0/items": []}, "SE-02", "sees people, but no item of them"),
    ({"functions/7/items": ["gender"]}, "SE-02", "sees nobody, so it needs no item"),
    ({"functions/0/answers_requests": True}, "SE-02", "answers people's requests, but does not see everybody"),
    ({"functions/6/rows": "all"}, "SE-07", "sees the people themselves .* write rows: none"),
    ({"functions/5/rows": "own_partner"}, "SE-06", "does not see every item of everybody"),
    ({"functions/0/export": "pseudonymised"}, "SE-07", "remove these items, or write export: none"),
    ({"national_data_opt_out/reason": " "}, "ND-01", "say why"),
    ({"retention/0": ABSENT}, "RE-01", "add the rule of the joint_system"),
    ({"retention/0/period_days": 30}, "RE-01", "remove the period"),
    ({"retention/4": ABSENT}, "RE-06", "no rule for looked_after; add it"),
    ({"retention/1/period_years": 0}, "RE-03", "has no period"),
    ({"retention/1/period_years": 26}, "RE-03", "longer than the signed text allows; write period_years: 25 or less"),
    ({"retention/6/period_days": 1}, "RE-08", "longer than the signed text allows"),
    (
        {"retention/3/trigger_event": "first_plan"},
        "RE-05",
        "write trigger_event: last_plan_end or case_close or birth_date",
    ),
    ({"retention/4/trigger_event": "last_seen"}, "RE-06", "write trigger_event: birth_date or care_end"),
    ({"retention_settings/raw_keep_days": -1}, "RE-01", "greater than or equal to 0"),
    ({"retention_settings/leap_birthday": "feb29"}, "RE-01", "write 'mar1' or 'feb28'"),
    ({"retention/1/rule": "R9"}, "RE-03", "write rule: R1, by which it is applied"),
    # Matching.
    ({"matching/0/tier": 3}, "MA-01", "in order of reliability 1 to 5"),
    ({"matching/4": ABSENT}, "MA-01", "one that is not used has enabled: false"),
    ({f"matching/{number}/enabled": False for number in range(4)}, "MA-01", "no tier links.* enable at least one"),
    ({"matching/4/enabled": True}, "MA-06", "without a method"),
    ({"matching/0/keys": ["upn", "nino"]}, "MA-02", "nino may not link in tier 1"),
    ({"matching/2/keys": ["nino"]}, "MA-04", "links by no identifier; remove it"),
    ({"matching/1/keys": []}, "MA-03", "say by which identifiers"),
    ({"matching/0/keys": ["upn"], "items/9/use": "display"}, "DS-02", "nino is no item for matching only"),
]

REAL_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"agreement/enacted": -30}, "HD-03", "a number of days is for an example only"),
    ({"agreement/review_by": "2027-04-02"}, "HD-04", "bring it forward"),
    ({"agreement/text_file": ABSENT, "agreement/text_sha256": ABSENT}, "HD-02", "name the file with the signed text"),
    ({"agreement/text_file": "lost.txt"}, "HD-02", "there is no file lost.txt; put the signed text there"),
    ({"agreement/history/0/text_sha256": "0" * 64}, "HD-02", "a changed text needs a new version"),
    ({"settings/nhs_allow_test_range": True}, "MA-02", "set it to false"),
]


def refusal(path: Path) -> str:
    with pytest.raises(AgreementError) as refused:
        load_agreement(path)
    return str(refused.value)


def names(words: str, clause: str, fix: str) -> bool:
    """One line of the message names both."""
    return any(clause in line and re.search(fix, line) for line in words.splitlines())


def test_the_shipped_agreement_is_in_order() -> None:
    assert load_agreement(SHIPPED).example


def test_a_real_agreement_is_in_order(tmp_path: Path) -> None:
    assert not load_agreement(write(tmp_path, real())).example


@pytest.mark.parametrize(("change", "clause", "fix"), EXAMPLE_FAULTS, ids=lambda value: str(value)[:60])
def test_a_fault_is_refused_with_clause_and_fix(tmp_path: Path, change: dict[str, Any], clause: str, fix: str) -> None:
    said = refusal(write(tmp_path, changed(shipped(), change)))
    assert names(said, clause, fix), said


@pytest.mark.parametrize(("change", "clause", "fix"), REAL_FAULTS, ids=lambda value: str(value)[:60])
def test_a_fault_of_a_real_agreement_is_refused(tmp_path: Path, change: dict[str, Any], clause: str, fix: str) -> None:
    said = refusal(write(tmp_path, changed(real(), change)))
    assert names(said, clause, fix), said


def test_special_category_data_needs_an_article_9_basis(tmp_path: Path) -> None:
    data = shipped()
    data["lawful_basis"] = data["lawful_basis"][:2]
    said = refusal(write(tmp_path, data))
    assert names(said, "LB-02", "has_ehcp, send_type, is_disabled, disabilities .* without an Article 9 basis; add it")


def test_personal_data_needs_an_article_6_basis(tmp_path: Path) -> None:
    data = shipped()
    data["lawful_basis"] = data["lawful_basis"][2:]
    assert names(refusal(write(tmp_path, data)), "LB-01", "add the Article 6 basis")


def test_an_item_needs_a_power(tmp_path: Path) -> None:
    data = shipped()
    for power in data["powers"]:
        power["supports"] = [item for item in power["supports"] if item != "nino"]
    assert names(refusal(write(tmp_path, data)), "PU-01", r"no power supports nino \(F-10\); add it to supports")


def test_an_identifier_in_no_privacy_statement_may_not_link_in_tier_1(tmp_path: Path) -> None:
    data = shipped()
    for partner in data["partners"]:
        statement = partner["privacy_statement"]
        statement["covers"] = [identifier for identifier in statement["covers"] if identifier != "upn"]
    said = refusal(write(tmp_path, data))
    assert names(said, "MA-02", "upn links in tier 1 but stands in no partner's privacy statement; add it to covers")


def test_exports_are_for_functions_that_see_everything(tmp_path: Path) -> None:
    data = shipped()
    data["functions"].append(
        {
            "id": "arrears",
            "name": "Arrears",
            "purpose": "housing_priority",
            "rows": "all",
            "export": EXPORTER,
            "items": ["last_name"],
        }
    )
    assert names(refusal(write(tmp_path, data)), "SE-06", "does not see every item .* write export: none")


def test_a_changed_text_is_refused_until_it_has_a_version(tmp_path: Path) -> None:
    said = refusal(write(tmp_path, real(), text="Somebody has changed a sentence.\n"))
    assert names(said, "HD-02", "the signed text has changed.* add a version to agreement.history")
    assert sha256_of("Somebody has changed a sentence.") in said
    assert "Somebody" not in said


def test_a_version_whose_text_did_not_change_is_refused(tmp_path: Path) -> None:
    data = real(version="1.1")
    [first] = data["agreement"]["history"]
    data["agreement"]["history"].append(first | {"version": "1.1", "date": "2026-03-25"})
    assert names(refusal(write(tmp_path, data)), "HD-02", "two versions have the same text_sha256")


def test_a_section_written_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "agreement.yaml"
    path.write_text(SHIPPED.read_text(encoding="utf-8") + "\nlanding:\n  max_rejected_percent: 100\n", encoding="utf-8")
    assert "landing is written twice" in refusal(path)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    said = refusal(write(tmp_path, changed(shipped(), {"retention/0/period_days": 1, "matching/4/enabled": True})))
    assert len(said.splitlines()) == 2
