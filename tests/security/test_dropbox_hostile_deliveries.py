"""Deliveries that are not what their manifest says, and names and manifests made to do harm."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.dropbox import stated
from dagster_project.dropbox.client import Collected, collect
from dagster_project.dropbox.transport import open_sftp
from tests.dropbox_kit import HOUSING, SOCIAL_CARE, Yard, make_delivery, open_yard, put_files


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with open_yard(tmp_path) as running:
        yield running


def _collect(yard: Yard) -> Collected:
    (result,) = collect(yard.collector, [HOUSING], yard.landing)
    return result


def _landed(yard: Yard) -> list[str]:
    return sorted(path.name for path in yard.landing.rglob("*") if path.is_file())


def test_one_changed_byte_is_refused_and_nothing_stays(yard: Yard, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path / "out")
    put_files(yard, manifest)
    target = max(yard.incoming(HOUSING).glob("*.csv"))
    content = bytearray(target.read_bytes())
    content[-3] ^= 1
    target.write_bytes(content)
    result = _collect(yard)
    assert result.status == "refused"
    assert target.name in result.reason
    assert "SHA-256" in result.reason
    assert target.name not in _landed(yard)
    assert manifest.name not in _landed(yard)


def test_a_file_longer_than_stated_is_refused_unfetched(yard: Yard, tmp_path: Path) -> None:
    put_files(yard, make_delivery(tmp_path / "out"))
    with max(yard.incoming(HOUSING).glob("*.csv")).open("ab") as stream:
        stream.write(b"T9\r\n")
    result = _collect(yard)
    assert result.status == "refused"
    assert "the manifest states" in result.reason
    assert _landed(yard) == []


def test_size_caps_hold_before_anything_is_fetched(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_files(yard, make_delivery(tmp_path / "out"))
    monkeypatch.setattr(stated, "MAX_FILE_BYTES", 10)
    result = _collect(yard)
    assert result.status == "refused"
    assert "at most" in result.reason
    assert _landed(yard) == []


@pytest.mark.parametrize(
    "path", ["../../../escape.csv", "/etc/passwd", "a\nb.csv", "-rf.csv", "'; drop table x;--.csv", "", "..", "x" * 300]
)
def test_hostile_path_in_a_manifest_is_refused_and_not_repeated(yard: Yard, tmp_path: Path, path: str) -> None:
    manifest = make_delivery(tmp_path / "out")
    terms = json.loads(manifest.read_text(encoding="utf-8"))
    terms["resources"][0]["path"] = path
    manifest.write_text(json.dumps(terms), encoding="utf-8")
    put_files(yard, manifest)
    result = _collect(yard)
    assert result.status == "refused"
    assert not path or path == ".." or path not in result.reason
    assert _landed(yard) == []


@pytest.mark.parametrize("content", [b"{]}", b"[]", b'{"name": "x"}', b"\xff\xfe{}"])
def test_a_manifest_that_is_none_is_refused(yard: Yard, tmp_path: Path, content: bytes) -> None:
    manifest = make_delivery(tmp_path / "out")
    manifest.write_bytes(content)
    put_files(yard, manifest)
    assert _collect(yard).status in ("refused", "waiting")
    assert _landed(yard) == []


def test_a_delivery_in_another_partners_name_is_refused(yard: Yard, tmp_path: Path) -> None:
    put_files(yard, make_delivery(tmp_path / "out", SOCIAL_CARE))
    result = _collect(yard)
    assert (result.partner, result.status) == (HOUSING, "refused")
    assert _landed(yard) == []


def test_hostile_names_in_the_folder_are_counted_not_repeated(yard: Yard, tmp_path: Path) -> None:
    put_files(yard, make_delivery(tmp_path / "out"))
    names = ["'; drop table x;--.datapackage.json", "a\nb.csv", "-rf.csv", "evil\\..\\x.csv", "zero\u200bwidth.csv"]
    with open_sftp(yard.partner(HOUSING)) as session:
        for name in names:
            with session.sftp.open(f"/incoming/{name}", "wb") as stream:
                stream.write(b"{}")
    good, odd = collect(yard.collector, [HOUSING], yard.landing)
    assert good.status == "collected"
    assert odd.status == "refused"
    assert odd.reason.startswith("5 file(s)")
    assert not any(name in odd.reason for name in names)


def test_a_folder_with_a_manifests_name_is_refused(yard: Yard, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path / "out")
    (yard.incoming(HOUSING) / manifest.name).mkdir()
    result = _collect(yard)
    assert result.status == "refused"
    assert "not a regular file" in result.reason
