"""The chain of packs, computed again without a database: packs of both formats, and each way to tamper with them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.governance.evidence.ledger import Entry
from dagster_project.governance.evidence.pack import OSCAL, write_pack
from dagster_project.governance.evidence.verify import _chain
from dagster_project.settings import Settings, load_settings
from tests.evidence_kit import sample

MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
OLD, NEW, NEWEST = "p_1", "p_2", "p_3"


def pack_of(publish_id: str, previous: dict[str, str] | None) -> dict[str, Any]:
    pack: dict[str, Any] = {**sample(), "previous": previous}
    pack["publish"]["publish_id"] = publish_id
    return pack


def old_pack(settings: Settings) -> Entry:
    """A pack as the first format had it: without an OSCAL file, which it does not name."""
    pack = pack_of(OLD, None) | {"format": "hearthlink-evidence/1"}
    del pack["files"]
    written = write_pack(settings, OLD, pack)
    (written.folder / OSCAL).unlink()
    return Entry(OLD, written.pack_sha256, written.page_sha256, None, None, MOMENT)


def pack_after(settings: Settings, publish_id: str, before: Entry) -> Entry:
    hashes = {"pack_sha256": before.pack_sha256, "page_sha256": before.page_sha256}
    if before.oscal_sha256:
        hashes["oscal_sha256"] = before.oscal_sha256
    written = write_pack(settings, publish_id, pack_of(publish_id, {"publish_id": before.publish_id, **hashes}))
    return Entry(publish_id, written.pack_sha256, written.page_sha256, written.oscal_sha256, before.pack_sha256, MOMENT)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


@pytest.fixture
def chain(settings: Settings) -> list[Entry]:
    old = old_pack(settings)
    new = pack_after(settings, NEW, old)
    return [old, new, pack_after(settings, NEWEST, new)]


def problems(settings: Settings, chain: list[Entry]) -> list[str]:
    return list(_chain(settings.evidence_dir, chain))


def test_a_pack_from_before_the_oscal_file_stands(settings: Settings, chain: list[Entry]) -> None:
    assert problems(settings, chain) == []


def test_an_oscal_file_put_beside_an_old_pack_is_found(settings: Settings, chain: list[Entry]) -> None:
    (settings.evidence_dir / OLD / OSCAL).write_text("{}", encoding="utf-8")
    assert problems(settings, chain) == [f"{OLD}: {OSCAL} was not written at the publish, which had no such file"]


def test_an_oscal_file_taken_away_is_found_also_when_its_hash_is_taken_from_the_ledger(
    settings: Settings, chain: list[Entry]
) -> None:
    (settings.evidence_dir / NEWEST / OSCAL).unlink()
    assert problems(settings, chain) == [f"{NEWEST}: {OSCAL} is missing or cannot be read"]
    silenced = [*chain[:-1], replace(chain[-1], oscal_sha256=None)]
    assert problems(settings, silenced) == [f"{NEWEST}: the pack names {OSCAL}, of which the ledger has no hash"]


@pytest.mark.parametrize("what", ["page_sha256", "oscal_sha256"])
def test_a_page_exchanged_together_with_its_hash_is_named_by_the_pack_after_it(
    settings: Settings, chain: list[Entry], what: str
) -> None:
    """Pages are made from packs, so their hashes are in the chain as well."""
    forged = [chain[0], replace(chain[1], **{what: "0" * 64}), chain[2]]
    assert f"{NEW}: the ledger's {what} is not the one that the pack after it names" in problems(settings, forged)
