"""Delivered files: once loaded they are not needed, and go whole when their window has passed (RE-01, RE-02)."""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from dagster_project.dropbox import client
from dagster_project.dropbox.endpoint import load_endpoint
from dagster_project.extracts.delivery import find_deliveries
from dagster_project.extracts.names import MANIFEST_SUFFIX
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings

_LONDON = ZoneInfo("Europe/London")
# A refusal that repeats moves its own time, so that only the file's age tells how long it has lain there.
_RECEIVED = """
    select manifest_sha256, (min(received_at) at time zone 'Europe/London')::date
    from control.deliveries
    where manifest_sha256 is not null and status <> 'refused'
    group by manifest_sha256
"""
# Files without a manifest may still be on their way.
_UNFINISHED_DAYS = 2
# There each delivery has a folder of its own, with what was noted of its transfer.
_COLLECTED = "landing"


@dataclass(frozen=True)
class FilesDeleted:
    """Deliveries whose files were deleted, by place, and files that belonged to none."""

    deliveries: int
    in_dropbox: int
    unfinished: int


@dataclass(frozen=True)
class Window:
    """Until when files may stay: `received` maps the hash of a manifest to the London date of its arrival."""

    received: dict[str, date]
    today: date
    keep_days: int

    def is_past(self, sha256: str, written: date) -> bool:
        """Whether the files of a manifest have to go; of one that was never taken in, by the day of its writing."""
        return (self.today - self.received.get(sha256, written)).days >= self.keep_days


def read_window(conn: psycopg.Connection[Any], today: date, keep_days: int) -> Window:
    """The window as it stands."""
    return Window(dict(conn.execute(_RECEIVED).fetchall()), today, keep_days)


def delete_files(
    settings: Settings, window: Window, folders: Sequence[Path], partners: list[str], *, use_dropbox: bool
) -> FilesDeleted:
    """Delete deliveries past their window: in the drop-box, in what was collected from it, in the folders named.

    The drop-box comes first: else its files would be collected anew.

    Raises:
        GovernanceError: a file cannot be deleted, or the drop-box cannot be used or refuses.
    """
    endpoint = load_endpoint(settings) if use_dropbox and partners else None
    in_dropbox = client.remove_deliveries(endpoint, partners, window.is_past) if endpoint else 0
    try:
        gone = sum(_delete_delivery(settings, manifest) for manifest in past_deliveries(window, folders))
        unfinished = sum(_delete_unfinished(folder, window) for folder in (settings.inbox, settings.landing_dir))
    except OSError as fault:
        raise GovernanceError(
            f"A delivered file that is past its window cannot be deleted ({fault.strerror}): see to the rights of the"
            " inbox and landing folders, then run 'hearthlink retention purge'"
        ) from None
    return FilesDeleted(gone, in_dropbox, unfinished)


def past_deliveries(window: Window, folders: Sequence[Path]) -> Iterator[Path]:
    """Manifests in the folders whose files have to go."""
    seen = set()
    for folder in folders:
        for manifest in find_deliveries(folder) if folder.is_dir() else []:
            if manifest not in seen and window.is_past(_sha256(manifest), _written(manifest)):
                seen.add(manifest)
                yield manifest


def _delete_delivery(settings: Settings, manifest: Path) -> int:
    """The manifest goes last, so that what a killed deletion leaves is found again."""
    if manifest.is_relative_to(settings.landing_dir):
        shutil.rmtree(manifest.parent)
        return 1
    prefix = manifest.name.removesuffix(MANIFEST_SUFFIX)
    for file in sorted(manifest.parent.iterdir()):
        if file.name.startswith(f"{prefix}_") and not file.is_dir():
            file.unlink()
    manifest.unlink()
    return 1


def _delete_unfinished(folder: Path, window: Window) -> int:
    """Files that no manifest names and that have not moved for long."""
    named = {str(path).removesuffix(MANIFEST_SUFFIX) for path in find_deliveries(folder)}
    whole = {Path(name).parent for name in named if folder.name == _COLLECTED}
    gone = 0
    for file in [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]:
        in_delivery = file.parent in whole or any(str(file).startswith((f"{name}_", f"{name}.")) for name in named)
        if not in_delivery and (window.today - _written(file)).days >= max(window.keep_days, _UNFINISHED_DAYS):
            file.unlink()
            gone += 1
    return gone


def _written(path: Path) -> date:
    return datetime.fromtimestamp(path.lstat().st_mtime, _LONDON).date()


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
