"""Collecting deliveries from the drop-box, leaving reports in it, clearing it (TR-04 to TR-06, RE-01)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import paramiko

from dagster_project.clock import utc_now
from dagster_project.dropbox.endpoint import Endpoint
from dagster_project.dropbox.errors import DropboxError
from dagster_project.dropbox.fetch import explain, fetch, read_small, regular_size, write_whole
from dagster_project.dropbox.stated import (
    MAX_MANIFEST_BYTES,
    NotAcceptable,
    NotComplete,
    is_in_transfer,
    is_safe,
    stated_files,
)
from dagster_project.dropbox.transport import Evidence, Session, open_sftp
from dagster_project.extracts.manifest import Resource
from dagster_project.extracts.names import MANIFEST_SUFFIX, PARTNER

Status = Literal["collected", "already", "waiting", "refused"]
_MAX_ENTRIES = 10_000
# An upload that has not moved for so long was broken off, and its sender may not know.
_LINGERING_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Collected:
    """What became of one delivery in the drop-box.

    `manifest` is the local path, set for 'collected' and 'already'. `evidence` is what was negotiated for the
    connection. `reason` says why a delivery waits or is refused, in words that may be logged. `name` is that of its
    manifest, None where the result is about the partner's folder as a whole.
    """

    partner: str
    status: Status
    reason: str = ""
    manifest: Path | None = None
    evidence: Evidence = field(default_factory=dict)
    name: str | None = None


def collect(endpoint: Endpoint, partners: list[str], into: Path) -> list[Collected]:
    """Fetch every complete delivery of `partners` into `into/<partner>/<first 16 hex of the manifest's SHA-256>/`.

    A delivery is complete when its manifest and all files that it names are there with the stated sizes. The local
    manifest is written last, so a folder that has one is whole. Nothing is changed in the drop-box here. One result per
    manifest, and one per partner whose folder is missing or holds names that cannot be accepted.
    Raises DropboxError when the drop-box itself cannot be used.
    """
    results: list[Collected] = []
    with open_sftp(endpoint) as session:
        for partner in partners:
            results += _collect_partner(session, partner, into)
    return results


def put_reports(endpoint: Endpoint, partner: str, files: Mapping[str, bytes]) -> None:
    """Write each of `files` (name to content) into the partner's `outgoing/` folder, replacing one of that name.

    Raises DropboxError when a name or the partner is not acceptable or the drop-box refuses; files before the one at
    fault are then there.
    """
    if not PARTNER.fullmatch(partner) or any(not is_safe(name) or is_in_transfer(name) for name in files):
        raise DropboxError("A report needs a partner code and a file name of letters, digits, dot, dash and _.")
    with open_sftp(endpoint) as session:
        for name, data in files.items():
            _put(session.sftp, partner, f"/{partner}/outgoing/{name}", data)


def remove_deliveries(endpoint: Endpoint, partners: list[str], is_past: Callable[[str], bool]) -> int:
    """Delete deliveries from the `incoming/` folders; how many there were.

    `is_past` is asked with the SHA-256 of a manifest. The manifest goes last, so that what a broken connection leaves
    is found again. Raises DropboxError when the drop-box does not let us.
    """
    with open_sftp(endpoint) as session:
        return sum(_remove_partner(session.sftp, partner, is_past) for partner in partners)


def _remove_partner(sftp: paramiko.SFTPClient, partner: str, is_past: Callable[[str], bool]) -> int:
    incoming, removed = f"/{partner}/incoming", 0
    try:
        entries = {entry.filename for entry in sftp.listdir_iter(incoming)}
        for name in sorted(name for name in entries if name.endswith(MANIFEST_SUFFIX) and is_safe(name)):
            content = read_small(sftp, f"{incoming}/{name}", MAX_MANIFEST_BYTES)
            if not is_past(hashlib.sha256(content).hexdigest()):
                continue
            prefix = f"{name.removesuffix(MANIFEST_SUFFIX)}_"
            for file in (*sorted(file for file in entries if file.startswith(prefix)), name):
                sftp.remove(f"{incoming}/{file}")
            removed += 1
    except NotAcceptable:
        raise DropboxError(
            f"The drop-box holds a manifest of {partner} that is too large: its owner must clear it."
        ) from None
    except OSError as error:
        explain(error, sftp, "the delivery")
        raise DropboxError(
            f"The drop-box does not let us delete deliveries of {partner} that are past their window: give the"
            f" collector's account the right to delete in /{partner}/incoming."
        ) from None
    return removed


def _put(sftp: paramiko.SFTPClient, partner: str, target: str, data: bytes) -> None:
    try:
        with sftp.open(f"{target}.part", "wb") as stream:
            stream.write(data)
        sftp.posix_rename(f"{target}.part", target)
    except OSError as error:
        explain(error, sftp, "the report")
        raise DropboxError(f"The drop-box takes no report for {partner}: check its outgoing folder.") from None


def _collect_partner(session: Session, partner: str, into: Path) -> list[Collected]:
    if not PARTNER.fullmatch(partner):
        raise DropboxError("A partner code has lower-case letters, digits and _ only.")
    incoming = f"/{partner}/incoming"
    try:
        manifests, odd, lingering = _manifests(session.sftp, incoming)
    except OSError as error:
        explain(error, session.sftp, "the folder")
        reason = "the drop-box has no incoming folder for this partner that the collector may read"
        return [Collected(partner, "refused", reason, evidence=session.evidence)]
    results = [_collect_one(session, partner, incoming, name, into) for name in manifests]
    if odd:
        reason = f"{odd} file(s) have a name that is not allowed (letters, digits, dot, dash, _) or are no plain files"
        results.append(Collected(partner, "refused", reason, evidence=session.evidence))
    if lingering:
        reason = f"{lingering} unfinished upload(s) have not moved for over a day: the partner must send them again"
        results.append(Collected(partner, "waiting", reason, evidence=session.evidence))
    return results


def _manifests(sftp: paramiko.SFTPClient, incoming: str) -> tuple[list[str], int, int]:
    """Manifest names in the folder, sorted; how many entries have a name we do not take; how many uploads linger."""
    manifests: list[str] = []
    odd = lingering = 0
    now = utc_now().timestamp()
    for count, entry in enumerate(sftp.listdir_iter(incoming)):
        if count >= _MAX_ENTRIES:
            raise DropboxError(f"An incoming folder holds more than {_MAX_ENTRIES} files: its owner must clear it.")
        if is_in_transfer(entry.filename):
            lingering += bool(entry.st_mtime) and now - (entry.st_mtime or now) > _LINGERING_SECONDS
            continue
        if not is_safe(entry.filename):
            odd += 1
        elif entry.filename.endswith(MANIFEST_SUFFIX):
            manifests.append(entry.filename)
    return sorted(manifests), odd, lingering


def _collect_one(session: Session, partner: str, incoming: str, name: str, into: Path) -> Collected:
    sftp = session.sftp
    try:
        if regular_size(sftp, f"{incoming}/{name}", name) is None:
            raise NotComplete(f"{name}: taken away while it was looked at")
        content = read_small(sftp, f"{incoming}/{name}", MAX_MANIFEST_BYTES)
        folder = into / partner / hashlib.sha256(content).hexdigest()[:16]
        if (folder / name).exists():
            return Collected(partner, "already", "", folder / name, session.evidence, name)
        files = stated_files(name, content, partner)
        _check_arrived(sftp, incoming, files)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in files:
            fetch(sftp, f"{incoming}/{file.path}", file, folder)
        write_whole(folder / name, content)
    except NotComplete as waiting:
        return Collected(partner, "waiting", str(waiting), evidence=session.evidence, name=name)
    except NotAcceptable as refused:
        return Collected(partner, "refused", str(refused), evidence=session.evidence, name=name)
    except OSError as error:
        reason = str(explain(error, sftp, name))
        return Collected(partner, "refused", reason, evidence=session.evidence, name=name)
    return Collected(partner, "collected", "", folder / name, session.evidence, name)


def _check_arrived(sftp: paramiko.SFTPClient, incoming: str, files: tuple[Resource, ...]) -> None:
    missing = []
    for file in files:
        size = regular_size(sftp, f"{incoming}/{file.path}", file.path)
        if size is None or size < file.bytes:
            missing.append(file.path)
        elif size > file.bytes:
            raise NotAcceptable(f"{file.path}: {size} bytes, but the manifest states {file.bytes}")
    if missing:
        raise NotComplete(f"{len(missing)} of {len(files)} files are not fully there yet, the first is {missing[0]}")
