"""Whether the packs on the disk are the ones that were written: every hash is computed again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence import ledger
from dagster_project.governance.evidence.canonical import sha256
from dagster_project.governance.evidence.ledger import Entry
from dagster_project.governance.evidence.pack import OSCAL, PACK, PAGE
from dagster_project.governance.linkage import page as linkage_page
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.roles import ANALYST


@dataclass(frozen=True)
class Verification:
    """What came out. `packs` are the publish ids in the order of the chain.

    `problems` say which pack is not as it was written, each in a sentence. `uncommitted` are folders of publishes
    that never took place (broken off after the pack was written), which prove nothing and disprove nothing.
    """

    packs: tuple[str, ...]
    problems: tuple[str, ...]
    uncommitted: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether every pack is there, unchanged and in its place in the chain."""
        return not self.problems


def verify(settings: Settings) -> Verification:
    """Compute the hashes of all files of packs and the chain again, and compare with control.evidence_packs.

    Raises:
        GovernanceError: the ledger cannot be read.
    """
    try:
        with connect(settings, ANALYST) as conn:
            chain, without = ledger.entries(conn), ledger.publishes_without_pack(conn)
            published, shown = ledger.published(conn), ledger.in_the_mart(conn)
    except psycopg.Error as fault:
        raise GovernanceError(
            f"The ledger of packs cannot be read (SQLSTATE {fault.sqlstate}): see that the warehouse answers"
        ) from None
    folder = settings.evidence_dir
    packs = tuple(entry.publish_id for entry in chain)
    found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    strays = [name for name in found if name not in packs]
    problems = [
        *_chain(folder, chain),
        *(f"{name}: was published without an evidence pack" for name in without),
        *(f"{name}: was published, and the ledger has lost its row" for name in strays if name in published),
    ]
    # Whoever cuts off the end of ledger, record and folder alike still has the mart to explain.
    if shown is not None and shown != (packs[-1] if packs else None):
        problems.append(f"{shown}: readers see this publish, and it is not the newest in the ledger")
    return Verification(packs, tuple(problems), tuple(name for name in strays if name not in published))


def _chain(folder: Path, chain: list[Entry]) -> Iterator[str]:
    before: Entry | None = None
    for entry in chain:
        yield from _pack(folder / entry.publish_id, entry, before)
        expected = before.pack_sha256 if before else None
        if entry.previous_sha256 != expected:
            previous = before.publish_id if before else "nothing"
            yield f"{entry.publish_id}: the chain is broken, its row does not follow on {previous}"
        before = entry


def _pack(folder: Path, entry: Entry, before: Entry | None) -> Iterator[str]:
    for name, expected in ((PACK, entry.pack_sha256), (PAGE, entry.page_sha256), (OSCAL, entry.oscal_sha256)):
        if expected is None:
            if (folder / name).exists():
                yield f"{entry.publish_id}: {name} was not written at the publish, which had no such file"
            continue
        try:
            content = (folder / name).read_bytes()
        except OSError:
            yield f"{entry.publish_id}: {name} is missing or cannot be read"
            continue
        if sha256(content) != expected:
            yield f"{entry.publish_id}: {name} is not the file that was written at the publish"
        elif name == PACK:
            pack = json.loads(content)
            yield from _link(pack, entry, before)
            yield from _linkage_page(folder, pack, entry.publish_id)


def _linkage_page(folder: Path, pack: dict[str, Any], publish_id: str) -> Iterator[str]:
    """The page whose hash stands in the pack itself. Packs from before there was one name none."""
    path, expected = folder / linkage_page.PAGE, pack.get("linkage", {}).get("page_sha256")
    if expected is None and path.exists():
        yield f"{publish_id}: {path.name} was not written at the publish, which had no such file"
    elif expected is not None and not path.is_file():
        yield f"{publish_id}: {path.name} is missing or cannot be read"
    elif expected is not None and sha256(path.read_bytes()) != expected:
        yield f"{publish_id}: {path.name} is not the file that was written at the publish"


def _link(pack: dict[str, Any], entry: Entry, before: Entry | None) -> Iterator[str]:
    """The pack's own word on what came before it, and on the files beside it."""
    previous = pack["previous"] or {}
    if previous.get("pack_sha256") != entry.previous_sha256 or pack["publish"]["publish_id"] != entry.publish_id:
        yield f"{entry.publish_id}: the chain is broken, pack and ledger name different packs before it"
    if OSCAL in pack.get("files", ()) and entry.oscal_sha256 is None:
        yield f"{entry.publish_id}: the pack names {OSCAL}, of which the ledger has no hash"
    if before is None or previous.get("pack_sha256") != before.pack_sha256:
        return
    # The first packs named neither their files nor those of the pack before.
    for what in ("page_sha256", "oscal_sha256"):
        if what in previous and previous[what] != getattr(before, what):
            yield f"{before.publish_id}: the ledger's {what} is not the one that the pack after it names"
