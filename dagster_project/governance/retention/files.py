"""Delivered files: once loaded they are not needed, and go whole when their window has passed (RE-01, RE-02)."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg

from dagster_project.clock import LONDON, london_today
from dagster_project.dropbox import client
from dagster_project.dropbox.endpoint import load_endpoint
from dagster_project.extracts.delivery import find_deliveries
from dagster_project.extracts.names import MANIFEST_SUFFIX
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings

_RECEIVED = """
    select manifest_sha256, min(coalesce(received_on, (received_at at time zone 'Europe/London')::date))
    from control.deliveries
    where manifest_sha256 is not null
    group by manifest_sha256
"""
# Files that no run has taken in may still be on their way, or wait for the next one.
_UNSEEN_DAYS = 2
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
    """Until when files may stay: `received` maps the hash of a manifest to the London date of its arrival.

    `day` is that of the run, `today` the clock's, by which the age of a file that was never taken in is known.
    """

    received: dict[str, date]
    day: date
    keep_days: int
    today: date

    @property
    def unseen_days(self) -> int:
        """How long a file may lie there that no run has taken in."""
        return max(self.keep_days, _UNSEEN_DAYS)

    def is_past(self, sha256: str) -> bool:
        """Whether the files of a manifest that a run has taken in, loaded or refused, have to go."""
        return sha256 in self.received and (self.day - self.received[sha256]).days >= self.keep_days

    def is_old(self, arrived: date, days: int) -> bool:
        """Whether a file has lain for so many days, by the clock and by the run's date."""
        return (min(self.day, self.today) - arrived).days >= days


def read_window(conn: psycopg.Connection[Any], day: date, keep_days: int) -> Window:
    """The window as it stands on the run's date."""
    return Window(dict(conn.execute(_RECEIVED).fetchall()), day, keep_days, london_today())


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
        found = manifests_in(folders)
        past = [manifest for manifest, sha256 in found.items() if window.is_past(sha256)]
        past += [
            manifest
            for manifest, sha256 in found.items()
            if sha256 not in window.received and window.is_old(_arrived(manifest), window.unseen_days)
        ]
        gone = sum(_delete_delivery(settings, manifest) for manifest in past)
        unfinished = sum(_delete_unfinished(folder, window) for folder in (settings.inbox, settings.landing_dir))
    except OSError as fault:
        raise GovernanceError(
            f"A delivered file that is past its window cannot be deleted ({fault.strerror}): see to the rights of the"
            " inbox and landing folders, then run 'hearthlink retention purge'"
        ) from None
    return FilesDeleted(gone, in_dropbox, unfinished)


def manifests_in(folders: Sequence[Path]) -> dict[Path, str]:
    """The manifests in the folders, each once, with the SHA-256 of its bytes."""
    found = dict.fromkeys(path for folder in folders if folder.is_dir() for path in find_deliveries(folder))
    return {manifest: _sha256(manifest) for manifest in found}


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
        if not in_delivery and window.is_old(_arrived(file), window.unseen_days):
            file.unlink()
            gone += 1
    return gone


def _arrived(path: Path) -> date:
    """Programs that copy may give a file the time of its original; the time of its entry they cannot."""
    found = path.lstat()
    return datetime.fromtimestamp(max(found.st_mtime, found.st_ctime), LONDON).date()


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
