"""Uploads and downloads that break off or arrive in pieces."""

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.dropbox import fetch
from dagster_project.dropbox.client import Collected, collect
from dagster_project.dropbox.demo import upload_delivery
from dagster_project.dropbox.errors import TransferError
from dagster_project.dropbox.file_server import FileServer
from dagster_project.dropbox.transport import open_sftp
from tests.dropbox_kit import HOUSING, Yard, files_of, make_delivery, open_yard, put_files


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with open_yard(tmp_path) as running:
        yield running


@pytest.fixture
def bytes_served(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of all reads that the server answers from now on."""
    served: list[int] = []
    original = FileServer.read

    def read(self: FileServer, file_obj: object, offset: int, size: int) -> Any:
        data = original(self, file_obj, offset, size)
        served.append(len(data))  # pyright: ignore[reportArgumentType]
        return data

    monkeypatch.setattr(FileServer, "read", read)
    return served


def _collect(yard: Yard) -> Collected:
    (result,) = collect(yard.collector, [HOUSING], yard.landing)
    return result


def _landed(yard: Yard) -> list[str]:
    return sorted(path.name for path in yard.landing.rglob("*") if path.is_file())


def test_upload_cut_in_mid_file_waits_and_is_collected_when_it_is_finished(yard: Yard, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path / "out", rows=500)
    content = files_of(manifest.parent)
    (first, second) = sorted(name for name in content if name.endswith(".csv"))
    with open_sftp(yard.partner(HOUSING)) as session:
        for name in (first, manifest.name):
            session.sftp.putfo(_open(manifest.parent / name), f"/incoming/{name}")
        stream = session.sftp.open(f"/incoming/{second}", "wb")
        stream.write(content[second][:1000])
        stream.flush()
        session.sftp.get_channel().get_transport().close()  # type: ignore[union-attr]

    waiting = _collect(yard)
    assert (waiting.status, waiting.manifest) == ("waiting", None)
    assert "1 of 2 files" in waiting.reason
    assert second in waiting.reason
    assert _landed(yard) == []

    with open_sftp(yard.partner(HOUSING)) as session, session.sftp.open(f"/incoming/{second}", "r+b") as stream:
        stream.seek(1000)
        stream.write(content[second][1000:])
    done = _collect(yard)
    assert done.status == "collected"
    assert done.manifest is not None
    assert files_of(done.manifest.parent) == content


def test_data_without_a_manifest_is_not_looked_at(yard: Yard, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path / "out")
    put_files(yard, manifest)
    (yard.incoming(HOUSING) / manifest.name).unlink()
    assert collect(yard.collector, [HOUSING], yard.landing) == []


def test_an_upload_that_was_broken_off_long_ago_is_told(yard: Yard) -> None:
    broken_off = yard.incoming(HOUSING) / f"{HOUSING}_20261120_001_ren_tenants.csv.filepart"
    broken_off.write_bytes(b"tenancy_id")
    assert collect(yard.collector, [HOUSING], yard.landing) == []
    two_days_ago = broken_off.stat().st_mtime - 2 * 24 * 3600
    os.utime(broken_off, (two_days_ago, two_days_ago))
    [told] = collect(yard.collector, [HOUSING], yard.landing)
    assert told.status == "waiting" and told.reason.startswith("1 unfinished upload(s)")


@pytest.mark.parametrize("mark", ["{}.filepart", "{}.part", "{}.tmp", ".{}"])
def test_files_under_way_are_ignored(yard: Yard, tmp_path: Path, mark: str) -> None:
    manifest = make_delivery(tmp_path / "out")
    put_files(yard, manifest)
    incoming = yard.incoming(HOUSING)
    (incoming / manifest.name).rename(incoming / mark.format(manifest.name))
    assert collect(yard.collector, [HOUSING], yard.landing) == []


def test_manifest_still_being_written_waits(yard: Yard, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path / "out")
    put_files(yard, manifest)
    (yard.incoming(HOUSING) / manifest.name).write_bytes(manifest.read_bytes()[:-40])
    result = _collect(yard)
    assert result.status == "waiting"
    assert "still being written" in result.reason


def test_half_a_download_goes_on_where_it_stopped(yard: Yard, tmp_path: Path, bytes_served: list[int]) -> None:
    manifest = make_delivery(tmp_path / "out", rows=20_000)
    upload_delivery(yard.partner(HOUSING), manifest.parent)
    content = files_of(manifest.parent)
    sizes = {name: len(data) for name, data in content.items()}
    first = min(name for name in content if name.endswith(".csv"))
    folder = yard.landing / HOUSING / hashlib.sha256(content[manifest.name]).hexdigest()[:16]
    folder.mkdir(parents=True)
    (folder / f"{first}.part").write_bytes(content[first][:300_000])
    bytes_served.clear()

    assert _collect(yard).status == "collected"

    assert files_of(folder) == content
    assert sum(bytes_served) == sum(sizes.values()) - 300_000


def test_a_part_of_other_content_is_fetched_again_from_the_start(yard: Yard, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path / "out")
    put_files(yard, manifest)
    content = files_of(manifest.parent)
    folder = yard.landing / HOUSING / hashlib.sha256(content[manifest.name]).hexdigest()[:16]
    folder.mkdir(parents=True)
    for name in content:
        (folder / f"{name}.part").write_bytes(b"something else")
    assert _collect(yard).status == "collected"
    assert files_of(folder) == content


def test_connection_lost_in_mid_download_is_said_and_the_next_run_finishes(
    yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = make_delivery(tmp_path / "out", rows=20_000)
    put_files(yard, manifest)
    original = FileServer.read

    def cut(self: FileServer, file_obj: object, offset: int, size: int) -> Any:
        if offset >= 200_000:
            self.connection.abort()
        return original(self, file_obj, offset, size)

    with monkeypatch.context() as patched:
        patched.setattr(FileServer, "read", cut)
        with pytest.raises(TransferError, match="run the collection again"):
            collect(yard.collector, [HOUSING], yard.landing)
    assert manifest.name not in _landed(yard)

    result = _collect(yard)
    assert result.status == "collected"
    assert result.manifest is not None
    assert files_of(result.manifest.parent) == files_of(manifest.parent)


def test_full_disk_is_told_apart_and_leaves_no_manifest(
    yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_files(yard, make_delivery(tmp_path / "out"))

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(fetch.os, "fsync", full)
        with pytest.raises(TransferError, match="space"):
            collect(yard.collector, [HOUSING], yard.landing)
    assert not [name for name in _landed(yard) if name.endswith(".json")]
    assert _collect(yard).status == "collected"


def test_corrected_delivery_under_the_same_name_is_kept_beside_the_first(yard: Yard, tmp_path: Path) -> None:
    put_files(yard, make_delivery(tmp_path / "out", rows=3))
    first = _collect(yard)
    put_files(yard, make_delivery(tmp_path / "again", rows=5))
    second = _collect(yard)
    assert first.manifest is not None
    assert second.manifest is not None
    assert first.manifest.name == second.manifest.name
    assert first.manifest.parent != second.manifest.parent
    assert files_of(first.manifest.parent) == files_of(tmp_path / "out")


def _open(path: Path) -> Any:
    return path.open("rb")
