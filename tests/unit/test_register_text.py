"""The shipped register against the signed text and the table of clauses, which lie beside the repository."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.agreement.register import Clause, coverage, load_register, shipped_register
from dagster_project.agreement.sentences import Sentence, normalise, sentences

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
CLAUSES = 105
_ROW = re.compile(
    r"^\| *\d+(?:-\d+)? *\| *([A-Z]{1,2})-(\d{2})(?:\.\.(\d{2}))? *\|.*?\| *([EVA](?:\+A)?) *\|", re.MULTILINE
)
_KIND = {"E": "enforced", "V": "evidenced", "A": "attested"}
# A shorter entry is an everyday term ("Gender") that nobody can help using.
LONG_ENOUGH = 4


@pytest.fixture(scope="module")
def signed() -> str:
    path = SHARED / "agreement.txt"
    if not path.is_file():
        pytest.skip("the signed text is not in the repository: put it at ../shared/agreement.txt to test the register")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def table() -> dict[str, str]:
    """Kind letters by clause id."""
    path = SHARED / "reference" / "governance.md"
    if not path.is_file():
        pytest.skip("the table of clauses is not in the repository: put it at ../shared/reference/governance.md")
    return dict(_rows(path.read_text(encoding="utf-8")))


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for prefix, first, last, kind in _ROW.findall(text):
        for number in range(int(first), int(last or first) + 1):
            yield f"{prefix}-{number:02}", kind


def wording(clause: Clause) -> list[str]:
    return [text for text in (clause.words, clause.not_built) if text]


def test_the_register_has_all_clauses() -> None:
    assert len(load_register()) == CLAUSES


def test_no_sentence_of_the_text_is_left_over_and_no_clause_is_stale(signed: str) -> None:
    found = coverage(shipped_register(), signed)
    assert (found.uncovered, found.stale, found.filled_in) == ([], [], [])


def test_headings_are_those_of_the_text(signed: str) -> None:
    headings = {sentence.heading for sentence in sentences(signed)} - {""}
    named = shipped_register().headings
    assert [name for name in named if sum(heading.startswith(name) for heading in headings) != 1] == []
    assert len(headings) == len(named)


def test_one_changed_word_anywhere_is_noticed(signed: str) -> None:
    """Each line in turn: the changed unit is left over, or is something that a council fills in."""
    register = shipped_register()
    lines = signed.splitlines()
    for number, line in enumerate(lines):
        if not normalise(line):
            continue
        word = line.split()[-1]
        changed = "\n".join([*lines[:number], line.replace(word, "x" + word), *lines[number + 1 :]])
        found = coverage(register, changed)
        assert found.uncovered or found.filled_in, f"line {number + 1}"


def test_a_changed_word_makes_the_clauses_of_its_sentence_stale(signed: str) -> None:
    assert "annual basis" in signed
    assert "fifteen characters" in signed
    register = shipped_register()
    assert coverage(register, signed.replace("annual basis", "biennial basis")).stale == ["HD-04"]
    assert coverage(register, signed.replace("fifteen characters", "eight characters")).stale == ["TR-09", "TR-10"]


def test_ids_and_kinds_are_those_of_the_table(table: dict[str, str]) -> None:
    assert len(table) == CLAUSES
    assert {clause.id: clause.kind for clause in load_register()} == {
        name: _KIND[kind[0]] for name, kind in table.items()
    }


def test_what_people_attest_has_a_term_and_nothing_else_has(table: dict[str, str]) -> None:
    attested = {clause.id for clause in load_register() if clause.attestation_days is not None}
    assert attested == {name for name, kind in table.items() if "A" in kind}


def test_the_register_uses_its_own_words(signed: str) -> None:
    units = [sentence for sentence in sentences(signed) if sentence.heading != "Title"]
    copied = [
        clause.id for clause in load_register() for text in wording(clause) for unit in units if _copies(text, unit)
    ]
    assert copied == []


def _copies(text: str, unit: Sentence) -> bool:
    ours, theirs = normalise(text).casefold().rstrip(".:"), unit.text.casefold().rstrip(".:")
    return ours == theirs or (len(theirs.split()) >= LONG_ENOUGH and theirs in ours)
