"""Evidence of real publishes: no pack without a publish, no publish without a pack, and no change unseen."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from dagster_project.agreement.register import load_register
from dagster_project.agreement.sentences import sentences
from dagster_project.governance import publish as publishing
from dagster_project.governance.evidence import step
from dagster_project.governance.evidence.reading import read_pack
from dagster_project.governance.evidence.verify import verify
from dagster_project.governance.publish import PublishRefused, last_publish, publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests import agreement_kit
from tests import gate_kit as kit
from tests.oscal_kit import trestle_refuses

OLD, MIDDLE, NEW, NEXT = "p_1", "p_2", "p_3", "p_4"


@pytest.fixture(scope="module")
def published(own_warehouse: Settings) -> Settings:
    """A warehouse with three publishes."""
    for publish_id in (OLD, MIDDLE, NEW):
        candidate(own_warehouse, publish_id)
        publish(own_warehouse, publish_id)
    return own_warehouse


@pytest.fixture
def packs(published: Settings, tmp_path: Path) -> Iterator[Path]:
    """The evidence folder, which is put back after the test."""
    folder = published.evidence_dir
    kept = shutil.copytree(folder, tmp_path / "kept")
    yield folder
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)


def candidate(settings: Settings, publish_id: str) -> None:
    kit.build_world(settings, publish_id)
    kit.judge_lightly(settings, publish_id)


def refused(settings: Settings, publish_id: str, reason: str) -> None:
    """The publish is refused for that reason, and the last one stands."""
    with pytest.raises(PublishRefused, match=reason):
        publish(settings, publish_id)
    last = last_publish(settings)
    assert last is not None
    assert last.publish_id == NEW


def test_each_publish_leaves_a_pack_that_follows_on_the_one_before(published: Settings) -> None:
    found = verify(published)
    assert (found.intact, found.packs, found.uncommitted) == (True, (OLD, MIDDLE, NEW), ())
    _, first = read_pack(published, OLD)
    _, last = read_pack(published)
    assert first["previous"] is None
    assert last["previous"]["publish_id"] == MIDDLE
    assert [clause["id"] for clause in last["clauses"]] == [clause.id for clause in load_register()]
    assert last["counts"]["FAIL"] == 0
    assert sum(last["counts"].values()) == len(load_register())
    assert last["publish"]["people"] == 3


@pytest.mark.parametrize("name", ["pack.json", "index.html", "assessment-results.json"])
@pytest.mark.parametrize("publish_id", [OLD, MIDDLE, NEW])
def test_one_changed_byte_is_found_and_the_pack_named(
    published: Settings, packs: Path, publish_id: str, name: str
) -> None:
    path = packs / publish_id / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    found = verify(published)
    assert not found.intact
    assert found.problems == (f"{publish_id}: {name} is not the file that was written at the publish",)


def test_a_byte_more_is_found(published: Settings, packs: Path) -> None:
    with (packs / OLD / "pack.json").open("ab") as stream:
        stream.write(b"\n")
    assert [problem.partition(":")[0] for problem in verify(published).problems] == [OLD]


def test_a_missing_pack_and_a_missing_page_are_named(published: Settings, packs: Path) -> None:
    shutil.rmtree(packs / MIDDLE)
    (packs / NEW / "index.html").unlink()
    assert verify(published).problems == (
        f"{MIDDLE}: pack.json is missing or cannot be read",
        f"{MIDDLE}: index.html is missing or cannot be read",
        f"{MIDDLE}: assessment-results.json is missing or cannot be read",
        f"{NEW}: index.html is missing or cannot be read",
    )


def test_the_oscal_file_of_a_real_pack_is_valid(published: Settings, tmp_path: Path) -> None:
    folder, _ = read_pack(published)
    assert trestle_refuses(folder / "assessment-results.json", tmp_path / "trestle") == ""


def test_what_is_no_oscal_is_not_called_valid(published: Settings, tmp_path: Path) -> None:
    """The test above could fail."""
    folder, _ = read_pack(published)
    content = (folder / "assessment-results.json").read_text(encoding="utf-8")
    (tmp_path / "broken.json").write_text(content.replace('"satisfied"', '"splendid"', 1), encoding="utf-8")
    assert "splendid" in trestle_refuses(tmp_path / "broken.json", tmp_path / "trestle")


def test_a_pack_exchanged_together_with_its_row_breaks_the_chain(published: Settings, packs: Path) -> None:
    """Whoever rules the database as well still has to rewrite every later pack."""
    row = "select pack_sha256 from control.evidence_packs where publish_id = %s"
    change = "update control.evidence_packs set pack_sha256 = %s where publish_id = %s"
    pack = json.loads((packs / OLD / "pack.json").read_bytes())
    pack["publish"]["people"] = 4
    forged = step.write_pack(published, OLD, pack)
    with connect(published, "admin") as conn:
        before = conn.execute(row, [OLD]).fetchone()
        conn.execute(change, [forged.pack_sha256, OLD])
    problems = verify(published).problems
    with connect(published, "admin") as conn:
        conn.execute(change, [before[0] if before else "", OLD])
    assert any(problem.startswith(f"{MIDDLE}: the chain is broken") for problem in problems)


def test_a_publish_without_a_row_is_named(published: Settings) -> None:
    with connect(published, "admin") as conn:
        conn.execute(
            "insert into control.publishes select 'p_unproven', as_at, now(), agreement_version, agreement_sha256,"
            " delivery_keys, mart_fingerprint, people from control.publishes limit 1"
        )
    problems = verify(published).problems
    with connect(published, "admin") as conn:
        conn.execute("delete from control.publishes where publish_id = 'p_unproven'")
    assert problems == ("p_unproven: was published without an evidence pack",)


def test_the_publisher_cannot_rewrite_the_ledger(published: Settings) -> None:
    for statement in (
        "update control.evidence_packs set pack_sha256 = 'f'",
        "delete from control.evidence_packs",
        "insert into control.attestations (clause) values ('TR-03')",
        "select attested_by from control.attestations",
    ):
        with connect(published, "hl_publisher") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(statement.encode())


def test_nothing_is_published_when_the_pack_cannot_be_written(
    published: Settings, packs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate(published, NEXT)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("no space: Quillfeather")))
        with pytest.raises(PublishRefused, match="evidence pack could not be written") as refusal:
            publish(published, NEXT)
    assert "Quillfeather" not in str(refusal.value)
    last = last_publish(published)
    assert last is not None
    assert last.publish_id == NEW
    assert verify(published).intact


def test_a_pack_whose_publish_did_not_commit_is_recognised_and_replaced(
    published: Settings, packs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate(published, NEXT)
    with monkeypatch.context() as patch:
        patch.setattr(step.ledger, "append", lambda *_: (_ for _ in ()).throw(OSError()))
        refused(published, NEXT, "broken off")
    found = verify(published)
    assert (found.intact, found.uncommitted) == (True, (NEXT,))
    with connect(published, "admin") as conn:
        publish(published, NEXT)
        assert verify(published).intact
        assert verify(published).packs == (OLD, MIDDLE, NEW, NEXT)
        conn.execute("delete from control.publishes where publish_id = %s", [NEXT])


@pytest.mark.parametrize(
    ("login", "statement", "reason"),
    [
        (
            "hl_publisher",
            "delete from control.gate_verdicts where check_id = 'columns_exact'",
            r"DS-02 \(NOT EVIDENCED: .*catalogue/columns_exact",
        ),
        ("hl_publisher", "delete from control.gate_verdicts where suite = 'matched'", "not complete"),
        ("hl_loader", "update control.deliveries set route = null", r"TR-04 \(FAIL: run/routes_recorded"),
        ("hl_loader", "update control.delivery_files set sha256 = 'md5'", r"TR-06 \(FAIL: run/files_hashed"),
        (
            "hl_loader",
            "update control.deliveries set route = 'sftp', transport = '{\"cipher\": \"aes128-ctr\"}'",
            r"TR-05 \(FAIL: run/transport_aes256",
        ),
        ("hl_loader", "update agreement.run_context set hold_while = 'social_housing'", r"DS-01 \(FAIL: run/scope"),
        ("hl_loader", "update agreement.lawful_identifiers set allowed = true", r"MA-02 \(FAIL: run/tier_1_gated"),
        ("hl_loader", "update agreement.partners set role = 'processor'", r"DC-01 \(FAIL: run/controllers_listed"),
    ],
    ids=["no check", "no suite", "route", "hash", "cipher", "scope", "identifiers", "role"],
)
def test_an_enforced_clause_without_proof_stops_the_publish(
    published: Settings, packs: Path, login: str, statement: str, reason: str
) -> None:
    candidate(published, NEXT)
    kit.alter(published, statement, login)
    refused(published, NEXT, reason)
    assert not (packs / NEXT).exists()


def test_publishing_asks_for_the_evidence_before_anything_moves(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate(published, NEXT)
    monkeypatch.setattr(publishing, "drop_previous", lambda _: pytest.fail("something was moved"))
    kit.alter(published, "update control.deliveries set route = null", "hl_loader")
    refused(published, NEXT, "TR-04")


def test_a_signed_text_that_the_register_does_not_cover_is_not_published(published: Settings, tmp_path: Path) -> None:
    """A real agreement whose text is nobody's: the refusal names headings and hashes, and no word of the text."""
    real = replace(published, agreement_file=agreement_kit.write(tmp_path, agreement_kit.real()))
    candidate(real, NEXT)
    with pytest.raises(PublishRefused) as refusal:
        publish(real, NEXT)
    (unit, *_) = sentences(agreement_kit.TEXT)
    assert f"HD-02 (FAIL: run/text_covered (under a heading that the register does not know {unit.sha256}" in str(
        refusal.value
    )
    assert not [word for word in ("Promise", "nobody's", "says nothing") if word in str(refusal.value)]
