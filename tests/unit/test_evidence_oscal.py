"""The pack as OSCAL assessment results: each clause, each check, each attestation, and nothing that dangles."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from dagster_project.agreement.register import load_register
from dagster_project.governance.evidence.canonical import canonical, sha256
from dagster_project.governance.evidence.oscal import assessment_results
from tests.evidence_kit import sample

DEFINES = "uuid"
REFERS = ("observation-uuid", "component-uuid")


def document(pack: dict[str, Any]) -> dict[str, Any]:
    made = assessment_results(pack, sha256(canonical(pack)))
    return json.loads(canonical(made))["assessment-results"]


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return document(sample())


def named(part: Any, *names: str) -> Iterator[Any]:
    """Every value of those keys, at any depth."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in names:
                yield value
            yield from named(value, *names)
    elif isinstance(part, list):
        for entry in part:
            yield from named(entry, *names)


def props(part: dict[str, Any]) -> dict[str, str]:
    return {prop["name"]: prop["value"] for prop in part["props"]}


def with_result(result: str, **values: Any) -> dict[str, Any]:
    """The finding of a clause of that result."""
    pack = sample()
    pack["clauses"][0] |= {"result": result, "reason": "the reason", **values}
    return document(pack)["results"][0]["findings"][0]


def test_there_is_one_finding_for_each_clause_with_its_checks(results: dict[str, Any]) -> None:
    pack, (result,) = sample(), results["results"]
    clauses = [clause.id for clause in load_register()]
    assert [finding["title"].partition(":")[0] for finding in result["findings"]] == clauses
    controls = result["reviewed-controls"]["control-selections"][0]["include-controls"]
    assert [control["control-id"] for control in controls] == clauses
    assert [int(props(finding)["checks"]) for finding in result["findings"]] == [
        len(clause["checks"]) for clause in pack["clauses"]
    ]
    for finding, clause in zip(result["findings"], pack["clauses"], strict=True):
        assert props(finding)["result"] == clause["result"]
        seen = len(finding.get("related-observations", []))
        assert seen == len(clause["checks"]) + (clause["attestation"] is not None)


def test_counts_of_a_check_are_those_of_the_pack(results: dict[str, Any]) -> None:
    pack = sample()
    observations = {one["title"]: props(one) for one in results["results"][0]["observations"]}
    for check in pack["checks"]:
        seen = observations[check["check"]]
        assert seen["result"] == ("PASS" if check["passed"] else "FAIL")
        assert {name: seen[name] for name in check["observed"]} == {n: str(v) for n, v in check["observed"].items()}


@pytest.mark.parametrize(
    ("result", "state", "reason"),
    [
        ("PASS", "satisfied", "pass"),
        ("FAIL", "not-satisfied", "fail"),
        ("NOT EVIDENCED", "not-satisfied", "other"),
        ("NOT BUILT", "not-satisfied", "other"),
    ],
)
def test_only_a_pass_is_satisfied(result: str, state: str, reason: str) -> None:
    status = with_result(result)["target"]["status"]
    assert (status["state"], status["reason"]) == (state, reason)
    assert status.get("remarks") == (None if result == "PASS" else f"{result}: the reason")


def test_what_is_referred_to_is_there_and_every_id_is_once_and_of_version_5(results: dict[str, Any]) -> None:
    defined = list(named(results, DEFINES))
    assert len(defined) == len(set(defined))
    assert {UUID(one).version for one in defined} == {5}
    assert set(named(results, *REFERS)) <= set(defined)
    assert {href.removeprefix("#") for href in named(results, "href") if href.startswith("#")} <= set(defined)
    objectives = {part["id"] for part in named(results, "parts") for part in part}
    assert set(named(results, "target-id")) == objectives


def test_the_same_pack_gives_the_same_bytes_and_another_pack_other_ids(results: dict[str, Any]) -> None:
    assert document(sample()) == results
    other = sample()
    other["publish"]["people"] += 1
    assert not set(named(document(other), DEFINES)) & set(named(results, DEFINES))


def test_what_is_empty_or_unknown_is_left_out(results: dict[str, Any]) -> None:
    """The code's commit is not known in the sample; OSCAL refuses empty lists and empty values."""
    assert "commit" not in {prop["name"] for found in named(results, "props") for prop in found}
    assert all(re.fullmatch(r"\S(.*\S)?", prop["value"]) for found in named(results, "props") for prop in found)
    assert [] not in list(named(results, "related-observations", "props", "observations", "links"))


def test_the_pack_before_is_linked_by_its_hash() -> None:
    pack = sample() | {"previous": {"publish_id": "p_0", "pack_sha256": "7" * 64}}
    (resource,) = [one for one in document(pack)["back-matter"]["resources"] if "p_0" in one["title"]]
    assert resource["rlinks"][0]["href"] == "../p_0/pack.json"
    assert resource["rlinks"][0]["hashes"][0]["value"] == "7" * 64
