"""The manifest: read strictly, and nothing that stands in it is printed or opened unchecked."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.extracts.manifest import ManifestError, read_manifest
from dagster_project.extracts.names import parse_delivery_id, parse_manifest_name
from tests.extracts_kit import BALANCES, CANARY

NAME = "northbank_ha_20261121_001"


def descriptor(**terms: Any) -> dict[str, Any]:
    resource = {
        "name": BALANCES,
        "path": f"{NAME}_{BALANCES}.csv",
        "bytes": 3,
        "hash": "sha256:" + "0" * 64,
        "rowcount": 1,
        "encoding": "utf-8",
    }
    whole = {"name": NAME, "created": "2026-11-21T06:00:00Z", "partner": "northbank_ha", "extract_date": "2026-11-21"}
    return whole | {"resources": [resource]} | terms


def resource(**terms: Any) -> dict[str, Any]:
    return {"resources": [descriptor()["resources"][0] | terms]}


def write(folder: Path, content: Any, name: str = f"{NAME}.datapackage.json") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_a_good_manifest(tmp_path: Path) -> None:
    manifest = read_manifest(write(tmp_path, descriptor(mapping="annex-a", title="ignored")))
    assert (manifest.delivery_id, manifest.partner, manifest.extract_date) == (NAME, "northbank_ha", date(2026, 11, 21))
    assert manifest.created == datetime(2026, 11, 21, 6, tzinfo=UTC)
    assert manifest.mappings == ("annex-a",)
    (only,) = manifest.resources
    assert (only.extract, only.bytes, only.sha256, only.rowcount, only.encoding) == (BALANCES, 3, "0" * 64, 1, "utf-8")


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    assert read_manifest(write(tmp_path, b"\xef\xbb\xbf" + json.dumps(descriptor()).encode())).delivery_id == NAME


@pytest.mark.parametrize(
    "terms",
    [
        {"name": "northbank_ha_20261121_002"},
        {"partner": "other"},
        {"partner": None},
        {"extract_date": "2026-11-22"},
        {"extract_date": "21/11/2026"},
        {"created": "yesterday"},
        {"created": "2026-11-21T06:00:00"},
        {"created": "2026-11-21T06:00:00+01:00"},
        {"created": 5},
        {"mapping": "../x"},
        {"mapping": 1},
        {"resources": []},
        {"resources": "x"},
        {"resources": ["x"]},
        {"resources": descriptor()["resources"] * 2},
        resource(name=None),
        resource(name="ren_balances; drop table x"),
        resource(path="../northbank_ha.csv"),
        resource(path="'; drop table x;--.csv"),
        resource(path="/etc/passwd"),
        resource(path="..\\..\\evil.csv"),
        resource(path="-rf.csv"),
        resource(path=f"{NAME}_{BALANCES}.csv\n"),
        resource(path=f"{NAME}_ren_tenants.csv"),
        resource(path="http://127.0.0.1:9/x.csv"),
        resource(path=["a", "b"]),
        resource(bytes="3"),
        resource(bytes=-1),
        resource(bytes=True),
        resource(bytes=10**30),
        resource(rowcount=None),
        resource(rowcount=1.0),
        resource(hash="0" * 64),
        resource(hash="md5:" + "0" * 32),
        resource(hash="sha256:" + "G" * 64),
        resource(encoding="utf-16"),
        resource(encoding=None),
    ],
)
def test_a_term_that_breaks_a_rule_is_refused_without_being_quoted(tmp_path: Path, terms: dict[str, Any]) -> None:
    with pytest.raises(ManifestError) as refusal:
        read_manifest(write(tmp_path, descriptor(**terms)))
    assert refusal.value.reason_code == "manifest_invalid"
    said = str(refusal.value)
    assert said.startswith(f"{NAME}.datapackage.json")
    assert not any(text in said for text in ("drop table", "passwd", "evil", "http://", "-rf", "../"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe{\0}\0",
        b"[" * 100_000,
        b'{"name": "a", "name": "b"}',
        b" " * 1_000_001,
        f'{{"x": {CANARY}}}'.encode(),
    ],
)
def test_what_is_no_json_is_unreadable(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ManifestError) as refusal:
        read_manifest(write(tmp_path, content))
    assert refusal.value.reason_code == "manifest_unreadable"
    assert CANARY not in str(refusal.value)


@pytest.mark.parametrize("content", [b"[]", b"3", b'"x"', b"null", b"{}"])
def test_json_of_another_shape_is_invalid(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ManifestError) as refusal:
        read_manifest(write(tmp_path, content))
    assert refusal.value.reason_code == "manifest_invalid"


@pytest.mark.parametrize(
    "name", [f"x'; {CANARY}.datapackage.json", "a_20261121_001.json", "northbank_ha_20261321_001.datapackage.json"]
)
def test_a_strange_manifest_name_is_refused_and_not_repeated(tmp_path: Path, name: str) -> None:
    with pytest.raises(ManifestError) as refusal:
        read_manifest(write(tmp_path, descriptor(), name))
    assert refusal.value.reason_code == "manifest_name"
    assert CANARY not in str(refusal.value)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = write(tmp_path, descriptor(), "elsewhere.json")
    link = tmp_path / f"{NAME}.datapackage.json"
    link.symlink_to(target)
    with pytest.raises(ManifestError) as refusal:
        read_manifest(link)
    assert refusal.value.reason_code == "file_not_plain"


@pytest.mark.parametrize(
    "text",
    [
        "a_20261121_001",
        "P_20261121_001",
        "pp_20261121_1",
        "pp_20261121_0001",
        "pp_20260230_001",
        "pp_20261121_001\n",
        "pp_\uff12\uff10\uff12\uff161121_001",
    ],
)
def test_what_is_no_delivery_id(text: str) -> None:
    assert parse_delivery_id(text) is None


def test_names_are_made_and_read_back() -> None:
    name = parse_delivery_id(NAME)
    assert name and str(name) == NAME
    assert parse_manifest_name(name.manifest_file) == name
    assert name.data_file(BALANCES) == f"{NAME}_ren_balances.csv"
