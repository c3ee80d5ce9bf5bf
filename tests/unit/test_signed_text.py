"""The signed text held against the register: beforehand by a command, and in a run as a fact that stops the publish."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.agreement import register as registers
from dagster_project.agreement import signed_text
from dagster_project.agreement.model import load_agreement
from dagster_project.agreement.register import load_register
from dagster_project.agreement.sentences import sha256_of
from dagster_project.cli import app
from dagster_project.governance.evidence import facts_agreement
from dagster_project.governance.evidence.facts import find_facts
from dagster_project.governance.evidence.results import ClauseResult, blocking, clause_results
from dagster_project.governance.evidence.world import World
from tests.agreement_kit import TEXT, real, register_of, write
from tests.facts_kit import AS_AT, good, set_in

SIGNED = Path(__file__).resolve().parents[3] / "shared" / "agreement.txt"
FACT = "run/text_covered"
NOTHING, SHOUTS = sha256_of("It says nothing."), sha256_of("It shouts.")


@pytest.fixture
def covered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The register is one that covers TEXT, and nothing else."""
    load_register()  # kept for the process: it has to be the shipped one, whichever test is the first
    for module in (registers, signed_text, facts_agreement):
        monkeypatch.setattr(module, "shipped_register", lambda: register_of(TEXT))


def world_of(folder: Path, text: str | bytes) -> World:
    """A run of a real agreement whose signed text this is."""
    world = good(folder)
    (folder / "text.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    return world


def hd_02(world: World) -> tuple[bool, ClauseResult]:
    """Whether the fact held, and what HD-02 then is, if all else that it names holds."""
    (found,) = find_facts(world, ["text_covered"])
    (clause,) = [one for one in load_register() if one.id == "HD-02"]
    others = [
        replace(found, name=name.replace("*", "x"), passed=True, note="") for name in clause.checks if name != FACT
    ]
    (result,) = clause_results([clause], [*others, found], {}, AS_AT, None)
    return found.passed, result


@pytest.mark.usefixtures("covered")
def test_a_text_that_the_register_covers_passes(tmp_path: Path) -> None:
    passed, result = hd_02(world_of(tmp_path, TEXT))
    assert passed
    assert (result.result, blocking([result])) == ("PASS", ())


@pytest.mark.usefixtures("covered")
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            lambda text: text.replace("says nothing", "shouts"),
            [
                f"under 'Promise' {SHOUTS}: no clause covers this sentence",
                f"under 'Promise' {NOTHING}: HD-01 points to it, and it is not there",
            ],
        ),
        (lambda text: text + "It shouts.\n", [f"under 'Promise' {SHOUTS}: no clause covers this sentence"]),
        (
            lambda text: text.replace(" It says nothing.", ""),
            [f"under 'Promise' {NOTHING}: HD-01 points to it, and it is not there"],
        ),
        (
            lambda text: text + "Threat:\nIt shouts.\n",
            [f"under a heading that the register does not know {SHOUTS}: no clause covers this sentence"],
        ),
    ],
    ids=["changed", "added", "gone", "new heading"],
)
def test_a_difference_stops_the_publish_and_is_named_by_heading_and_hash(
    tmp_path: Path, change: Callable[[str], str], named: list[str]
) -> None:
    passed, result = hd_02(world_of(tmp_path, change(TEXT)))
    assert not passed
    assert (result.result, result.blocks) == ("FAIL", True)
    (refusal,) = blocking([result])
    assert [words for words in named if words not in refusal] == []
    assert not [word for word in ("shouts", "nothing", "Threat") if word in refusal]


@pytest.mark.usefixtures("covered")
def test_many_differences_are_told_shortly(tmp_path: Path) -> None:
    _, result = hd_02(world_of(tmp_path, TEXT + "".join(f"Line {number}.\n" for number in range(9))))
    assert "and 4 more" in result.reason


@pytest.mark.usefixtures("covered")
@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe\x00", "Quai\u00e9".encode("cp1252")], ids=["empty", "utf-16", "cp1252"]
)
def test_a_text_that_is_none_fails(tmp_path: Path, text: bytes) -> None:
    assert not hd_02(world_of(tmp_path, text))[0]


def test_only_an_example_may_have_no_text_and_it_says_so(tmp_path: Path) -> None:
    world = good(tmp_path)
    bare = set_in(world.agreement, "agreement.text_file", None)
    assert not hd_02(replace(world, agreement=bare))[0]
    assert hd_02(replace(world, agreement=bare.model_copy(update={"example": True})))[0]
    code, said = check(Path("agreement.yaml"))
    assert code == 0 and "No signed text is named (clause HD-02)" in said


def check(path: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["agreement", "check", str(path), "--as-at", "2026-11-22"])
    return result.exit_code, result.output


@pytest.mark.usefixtures("covered")
def test_check_says_beforehand_that_the_text_is_covered(tmp_path: Path) -> None:
    code, said = check(write(tmp_path, real()))
    assert code == 0 and "signed text: 3 headings and sentences, covered by 1 clauses" in said


@pytest.mark.usefixtures("covered")
def test_check_names_sentence_clause_and_remedy(tmp_path: Path) -> None:
    changed = TEXT.replace("says nothing", "shouts")
    digest = sha256(changed.encode()).hexdigest()
    data = real(text_sha256=digest)
    data["agreement"]["history"][0]["text_sha256"] = digest
    code, said = check(write(tmp_path, data, text=changed))
    assert code == 1
    assert f"under 'Promise' no clause covers this sentence: \"It shouts.\" (SHA-256 {SHOUTS})" in said
    assert f"under 'Promise' the sentence that HD-01 points to is no longer there (SHA-256 {NOTHING})" in said
    assert "HD-02" in said and "have the register changed" in said


@pytest.mark.usefixtures("covered")
def test_check_wants_plain_text(tmp_path: Path) -> None:
    path = write(tmp_path, real())
    content = "Promise\u00e9".encode("cp1252")
    (tmp_path / "signed.txt").write_bytes(content)
    path.write_text(path.read_text("utf-8").replace(sha256(TEXT.encode()).hexdigest(), sha256(content).hexdigest()))
    code, said = check(path)
    assert code == 1 and "save the signed text as plain text (UTF-8)" in said


@pytest.mark.usefixtures("covered")
def test_a_run_says_it_at_its_beginning_without_words_of_the_text(tmp_path: Path) -> None:
    agreement = load_agreement(write(tmp_path, real()))
    assert signed_text.text_problem(agreement, tmp_path / "agreement.yaml") == ""
    (tmp_path / "signed.txt").write_text(TEXT + "It shouts.\n", encoding="utf-8")
    said = signed_text.text_problem(agreement, tmp_path / "agreement.yaml")
    assert SHOUTS in said and "shouts" not in said
    (tmp_path / "signed.txt").unlink()
    assert "put it there again" in signed_text.text_problem(agreement, tmp_path / "agreement.yaml")


@pytest.fixture(scope="module")
def whole() -> str:
    if not SIGNED.is_file():
        pytest.skip("the signed text is not in the repository: put it at ../shared/agreement.txt to test with it")
    return SIGNED.read_text(encoding="utf-8")


def test_the_whole_text_passes_and_no_longer_does_with_one_word_changed(tmp_path: Path, whole: str) -> None:
    assert "annual basis" in whole
    assert hd_02(world_of(tmp_path, whole))[0]
    passed, result = hd_02(world_of(tmp_path, whole.replace("annual basis", "biennial basis")))
    assert not passed
    assert "under 'Renewal'" in result.reason and "HD-04 points to it" in result.reason
    assert "biennial" not in result.reason


def test_what_a_council_fills_in_is_its_own(tmp_path: Path, whole: str) -> None:
    assert "Name of Author" in whole
    assert hd_02(world_of(tmp_path, whole.replace("Name of Author", "Example Person")))[0]
