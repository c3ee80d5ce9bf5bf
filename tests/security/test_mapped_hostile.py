"""Mapped deliveries that were made to harm: bombs, entities, SQL that reaches out, names that say too much."""

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dagster_project.extracts.errors import DeliveryRefused, PackError
from dagster_project.extracts.mapped.engine import Engine
from dagster_project.extracts.mapped.library import Library
from dagster_project.extracts.packer import pack
from dagster_project.settings import Settings
from tests.extracts_kit import CANARY, edit_manifest
from tests.mapped_kit import MappedDoor, as_csv, as_workbook, mapped_door, zip_bomb

CHILDREN = "childrens_social_care"
HEADER = as_csv([["CHILD", "SEX", "DOB", "ETHNIC", "UPN"], ["C1", "1", "01/02/2012", "WBRI", ""]])


@pytest.fixture
def door(warehouse: Settings, tmp_path: Path) -> Iterator[MappedDoor]:
    with mapped_door(warehouse, tmp_path / "out") as opened:
        yield opened


def refused(content: bytes, name: str, mapping: str, folder: Path) -> str:
    """How packing refuses a file; it reads with the code that landing reads with."""
    (folder / name).write_bytes(content)
    with pytest.raises(PackError) as refusal:
        pack(folder, "madeup_maps", date(2026, 11, 21), mappings=[Library().mapping(mapping)])
    return str(refusal.value)


BILLION_LAUGHS = (
    b'<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Message><Children><Child>&b;</Child>'
    b"</Children></Message>"
)
READS_A_FILE = (
    b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><Message><Children><Child>&x;</Child></Children></Message>'
)


@pytest.mark.parametrize("content", [BILLION_LAUGHS, READS_A_FILE])
def test_entities_in_xml_are_refused(content: bytes, tmp_path: Path) -> None:
    assert "document type or entities" in refused(content, "cin.xml", "cin_census", tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<Message><Children><Child>" + b"<x>" * 70 + b"</Child>", "more elements than any return has"),
        (b"<Message><Children><Child><a>" + b"x" * (33 * 2**20) + b"</a></Child></Children></Message>", "more text"),
        (b"<Message><Children><Child></Message>", "is not well-formed XML at line 1"),
        (b"<Message></Message>", "holds no element 'Child'"),
    ],
)
def test_xml_that_is_broken_or_without_measure_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    assert says in refused(content, "cin.xml", "cin_census", tmp_path)


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    assert "would unpack to more" in refused(zip_bomb(60 * 2**20), "list.xlsx", "annex_a", tmp_path)


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    content = gzip.compress(b"AccountReference,CurrentBalance,BalanceDate\n" + b"1,1,2026-01-01\n" * 2_000_000)
    assert "unpacks to more than 100 times" in refused(content, "rent.balances.csv.gz", "rentsense", tmp_path)


def test_a_file_that_is_no_workbook_is_refused_in_words(tmp_path: Path) -> None:
    assert "save it as .xlsx without a password" in refused(b"\xd0\xcf\x11\xe0", "list.xlsx", "annex_a", tmp_path)


def test_a_workbook_with_a_damaged_sheet_is_refused_without_a_word_of_it(tmp_path: Path) -> None:
    content = as_workbook({"List 7": [["Child Unique ID", "Child Protection Plan Start Date"], [CANARY, "x"]]})
    text = refused(content[: len(content) // 2], "list.xlsx", "annex_a", tmp_path)
    assert "workbook" in text and CANARY not in text


def edited(content: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with other text in its first sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new) if "sheet1" in name else source.read(name))
    return out.getvalue()


def test_a_workbook_that_lies_about_its_extent_is_read_to_its_end_or_refused(tmp_path: Path) -> None:
    rows = [["CHILD", "SEX", "DOB", "ETHNIC"], ["C1", "1", "", "WBRI"], ["C2", "1", "", "WBRI"]]
    content = as_workbook({"header": rows})
    (tmp_path / "903.xlsx").write_bytes(edited(content, b'ref="A1:D3"', b'ref="A1"'))
    manifest = pack(tmp_path, "madeup_maps", date(2026, 11, 21), mappings=[Library().mapping("ssda903")])
    assert json.loads(manifest.read_text(encoding="utf-8"))["resources"][0]["rowcount"] == 2
    far = edited(content, b'<row r="3"', b'<row r="3000000"')
    (tmp_path / "other").mkdir()
    assert "1,048,576 rows" in refused(far, "903.xlsx", "ssda903", tmp_path / "other")


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/passwd')",
        "select content as a, 1 as _row from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/*')",
        "copy (select 1) to '/tmp/hearthlink_stolen.csv'",
        "attach '/tmp/hearthlink_stolen.db'",
        "install httpfs",
        "load httpfs",
        "set lock_configuration = false",
        "pragma enable_external_access",
        "select * from secret",
        "select 1; select 2",
        "create table x as select 1",
        "select * from rows; drop table rows",
        "export database '/tmp/hearthlink_stolen'",
    ],
)
def test_sql_of_a_mapping_reaches_nothing_but_the_delivery(statement: str) -> None:
    secret: Any = ["a Python variable that the engine must not find"]
    engine = Engine("ours")
    engine.create("rows", ["a"])
    with pytest.raises(DeliveryRefused) as refusal:
        engine.make(statement, "rule for csc_persons")
    assert refusal.value.reason_code in ("mapping_unusable", "mapping_failed") and secret
    assert not list(Path("/tmp").glob("hearthlink_stolen*"))  # noqa: S108 - where the statements tried to write
    engine.close()


def test_sql_that_fails_on_a_value_does_not_quote_it() -> None:
    engine = Engine("ours")
    engine.create("rows", ["a"])
    engine.append("rows", [1, None, CANARY])
    engine.finish()
    with pytest.raises(DeliveryRefused, match="failed on a row") as refusal:
        engine.make("select _row, a::date as a from rows", "rule for csc_persons")
    assert CANARY not in str(refusal.value)
    engine.close()


def test_sql_that_never_ends_is_stopped() -> None:
    engine = Engine("ours", seconds=0.3)
    with pytest.raises(DeliveryRefused, match="ran longer than"):
        engine.make("select sum(a.range * b.range) as s from range(10000000) a, range(10000000) b", "rule")
    engine.close()


def test_a_huge_field_rejects_its_row(door: MappedDoor) -> None:
    rows = [["CHILD", "SEX", "DOB", "ETHNIC"], ["C1", "1", "01/02/2012", "W" * 40_000], ["C2", "1", "", "WBRI"]]
    door.send({"header.csv": as_csv(rows)}, ["ssda903"], CHILDREN)
    assert [row[2:] for row in door.rejected()] == [(2, "ETHNIC", "field_too_long")]


def test_another_file_than_the_packed_one_is_refused(door: MappedDoor) -> None:
    manifest = door.pack({"header.csv": HEADER}, ["ssda903"])
    path = next(manifest.parent.glob("*_header.csv"))
    path.write_bytes(path.read_bytes().replace(b"WBRI", b"BCRB"))
    assert door.land(manifest, CHILDREN).reason_code == "hash_differs"
    path.write_bytes(HEADER + b"C2,1,,WBRI,\r\n")
    assert door.land(manifest, CHILDREN).reason_code == "size_differs"
    resource = {"bytes": path.stat().st_size, "hash": f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"}
    edit_manifest(manifest, resource)
    assert door.land(manifest, CHILDREN).reason_code == "row_count_differs"
    assert door.rows("select count(*) from control.mapped_files") == [(0,)]


@pytest.mark.parametrize(
    ("path", "name"),
    [("../../etc/passwd", "x"), ("/etc/passwd.csv", "x"), ("a b.csv", "x"), ("header.exe", "x"), ("header.csv", "X y")],
)
def test_paths_and_names_that_are_not_plain_are_refused(door: MappedDoor, path: str, name: str) -> None:
    manifest = door.pack({"header.csv": HEADER}, ["ssda903"])
    edit_manifest(manifest, {"path": path, "name": name})
    assert door.land(manifest, CHILDREN).reason_code == "manifest_invalid"


def test_a_file_twice_in_the_manifest_is_refused(door: MappedDoor) -> None:
    manifest = door.pack({"header.csv": HEADER}, ["ssda903"])
    stated = json.loads(manifest.read_text(encoding="utf-8"))
    stated["resources"].append(stated["resources"][0] | {"name": "again"})
    manifest.write_text(json.dumps(stated), encoding="utf-8")
    assert door.land(manifest, CHILDREN).reason_code == "manifest_invalid"


def test_a_mapping_for_another_kind_of_partner_is_refused(door: MappedDoor) -> None:
    result = door.land(door.pack({"header.csv": HEADER}, ["ssda903"]), "education")
    assert result.reason_code == "mapping_unusable"
