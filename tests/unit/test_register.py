"""The register's rules: what it refuses, how it meets a text, and which checks answer a clause."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.agreement.parts import AgreementError
from dagster_project.agreement.register import (
    FACTS,
    Clause,
    Register,
    checks_of,
    coverage,
    facts_of,
    load_register,
    read_register,
    unanswered,
)
from dagster_project.agreement.sentences import sentences, sha256_of

TEXT = """Title:
The sharing of cats.
Author:
Name of Author
Where do they sleep at night?:
In a basket. Not in bed."""
BED, BASKET = sha256_of("Not in bed."), sha256_of("In a basket.")


def entry(**changes: Any) -> dict[str, Any]:
    """A clause as the file has it; a change to None removes the key."""
    whole: dict[str, Any] = {
        "id": "SE-01",
        "kind": "enforced",
        "words": "Cats keep out of beds",
        "heading": "Where do they sleep",
        "sentences": [sha256_of("Where do they sleep at night?:"), BED],
        "controls": ["dagster_project/cats.py:shut_the_door"],
        "checks": ["gate/beds_*", "run/enacted"],
    }
    return {key: value for key, value in {**whole, **changes}.items() if value is not None}


OTHERS = [
    entry(id="SE-02", words="A basket is theirs", sentences=[BASKET]),
    entry(
        id="HD-01",
        kind="evidenced",
        words="It is about cats",
        heading="Title",
        sentences=[sha256_of("Title:"), sha256_of("The sharing of cats.")],
    ),
    entry(
        id="HD-05",
        kind="evidenced",
        words="Somebody wrote it",
        heading="Author",
        sentences=[sha256_of("Author:"), sha256_of("Name of Author")],
        filled_in=True,
    ),
]


def written(folder: Path, *clauses: dict[str, Any], headings: tuple[str, ...] = ()) -> Path:
    names = headings or ("Title", "Author", "Where do they sleep")
    (folder / "_text.yaml").write_text(yaml.safe_dump({"headings": list(names), "ignored": []}), encoding="utf-8")
    (folder / "1_clauses.yaml").write_text(yaml.safe_dump(list(clauses)), encoding="utf-8")
    return folder


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return read_register(written(tmp_path, entry(), *OTHERS))


def clause(**changes: Any) -> Clause:
    return Clause.model_validate(entry(**changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"checks": ["run/moon_is_full"]}, "run/moon_is_full is no fact of a run"),
        ({"checks": ["run/*"]}, "is no fact of a run"),
        ({"checks": None}, "SE-01: an enforced clause needs a check"),
        ({"controls": None}, "SE-01: an enforced clause needs a control"),
        ({"kind": "attested"}, "SE-01: an attested clause says for how long"),
        ({"kind": "promised"}, "kind"),
        ({"id": "security"}, "id"),
        ({"heading": "Where do they eat"}, "SE-01: the heading 'Where do they eat' is not among"),
        ({"sentences": []}, "sentences"),
        ({"sentences": ["abc"]}, "sentences"),
        ({"words": "x" * 200}, "words"),
        ({"checks": ["no suite named"]}, "checks"),
        ({"not_built": ""}, "not_built"),
        ({"attestation_days": 0}, "attestation_days"),
        ({"colour": "black"}, "colour"),
    ],
)
def test_a_broken_clause_is_refused_by_name(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(AgreementError, match="clause register") as refusal:
        read_register(written(tmp_path, entry(**changes)))
    assert message in str(refusal.value)


def test_two_clauses_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="registered more than once: SE-01"):
        read_register(written(tmp_path, entry(), entry(words="Cats sleep elsewhere")))


@pytest.mark.parametrize("content", ["- [", "cats", "- 7", "- id"])
def test_a_file_that_is_no_list_of_clauses_is_refused(tmp_path: Path, content: str) -> None:
    written(tmp_path, entry())
    (tmp_path / "2_more.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(AgreementError, match="clause register"):
        read_register(tmp_path)


def test_a_missing_register_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="cannot be read"):
        read_register(tmp_path / "nowhere")


def test_what_is_not_built_needs_no_check() -> None:
    assert clause(checks=None, controls=None, not_built="Doors that shut by themselves").checks == ()


def test_the_whole_text_is_covered(register: Register) -> None:
    found = coverage(register, TEXT)
    assert (found.uncovered, found.stale, found.filled_in) == ([], [], [])


def test_a_changed_word_is_left_over_and_makes_its_clause_stale(register: Register) -> None:
    found = coverage(register, TEXT.replace("Not in bed", "Not in beds"))
    assert [sentence.text for sentence in found.uncovered] == ["Not in beds."]
    assert found.stale == ["SE-01"]


def test_a_new_sentence_is_left_over(register: Register) -> None:
    found = coverage(register, TEXT + " Nor on chairs.")
    assert [sentence.text for sentence in found.uncovered] == ["Nor on chairs."]
    assert found.stale == []


def test_a_sentence_that_moved_to_another_heading_is_stale(register: Register) -> None:
    moved = TEXT.replace(" Not in bed.", "").replace("The sharing of cats.", "The sharing of cats. Not in bed.")
    assert coverage(register, moved).stale == ["SE-01"]


def test_a_reworded_heading_makes_its_section_stale(register: Register) -> None:
    found = coverage(register, TEXT.replace("Where do they sleep", "Where should they sleep"))
    assert found.stale == ["SE-01", "SE-02"]
    assert [sentence.text for sentence in found.uncovered] == ["Where should they sleep at night?:"]


def test_a_council_fills_in_its_own_sections_and_no_others(register: Register) -> None:
    found = coverage(register, TEXT.replace("Name of Author", "Example Person"))
    assert [sentence.text for sentence in found.filled_in] == ["Example Person"]
    assert (found.uncovered, found.stale) == ([], [])


def test_a_line_is_ignored_only_by_its_hash(tmp_path: Path) -> None:
    written(tmp_path, entry(), *OTHERS)
    ignored = {"sha256": sha256_of("Powered by Catnip"), "reason": "The page's maker puts its name there"}
    terms = yaml.safe_load((tmp_path / "_text.yaml").read_text(encoding="utf-8"))
    (tmp_path / "_text.yaml").write_text(yaml.safe_dump({**terms, "ignored": [ignored]}), encoding="utf-8")
    register = read_register(tmp_path)
    assert coverage(register, TEXT + "\n\nPowered by Catnip").uncovered == []
    assert len(coverage(register, TEXT + "\n\nPowered by Dogs").uncovered) == 1


def test_stars_match_checks_and_nothing_else_does() -> None:
    names = ["gate/beds_shut", "gate/beds_", "gate/bed", "run/enacted", "xgate/beds_1", "gate/beds.shut"]
    assert checks_of(clause(), names) == ["gate/beds_", "gate/beds_shut", "run/enacted"]
    assert checks_of(clause(checks=["gate/beds.*"]), [*names, "gate/bedsXshut"]) == ["gate/beds.shut"]


def test_an_unanswered_check_is_named_but_an_items_check_need_not_be_there() -> None:
    kept = clause(item_checks=["mart/cats.*"])
    assert unanswered(kept, ["run/enacted"]) == ["gate/beds_*"]
    assert unanswered(kept, ["run/enacted", "gate/beds_shut"]) == []
    assert checks_of(kept, ["mart/cats.flag"]) == ["mart/cats.flag"]


def test_every_fact_is_described_and_needed_by_a_clause() -> None:
    assert facts_of(load_register()) == sorted(FACTS)
    assert all(len(meaning) > 20 for meaning in FACTS.values())


def test_the_text_of_this_test_has_the_headings_that_it_thinks() -> None:
    assert {sentence.heading for sentence in sentences(TEXT)} == {"Title", "Author", "Where do they sleep at night?"}
