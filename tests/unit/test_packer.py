"""Packing: names, counts, hashes, and a manifest that is written last, whole, and only once."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dagster_project.extracts.manifest import read_manifest
from dagster_project.extracts.packer import PackError, pack
from tests.extracts_kit import BALANCES, CANARY, DAY, balances, data_file, make_delivery

PARTNER = "northbank_ha"
ARRANGEMENTS = "ren_arrangements"


def packed(folder: Path, sequence: int | None = None) -> Path:
    return make_delivery(folder, {BALANCES: balances(3)}, PARTNER, sequence=sequence)


def test_a_folder_is_packed(tmp_path: Path) -> None:
    manifest = packed(tmp_path)
    assert manifest.name == "northbank_ha_20261121_001.datapackage.json"
    assert {path.name for path in tmp_path.iterdir()} == {manifest.name, f"northbank_ha_20261121_001_{BALANCES}.csv"}
    (resource,) = read_manifest(manifest).resources
    content = data_file(manifest, BALANCES).read_bytes()
    assert (resource.rowcount, resource.bytes) == (3, len(content))
    assert resource.sha256 == hashlib.sha256(content).hexdigest()


def test_packing_again_changes_nothing(tmp_path: Path) -> None:
    manifest = packed(tmp_path)
    before = manifest.read_bytes(), manifest.stat().st_mtime_ns
    assert pack(tmp_path, PARTNER, DAY, created=datetime(2030, 1, 1, tzinfo=UTC)) == manifest
    assert (manifest.read_bytes(), manifest.stat().st_mtime_ns) == before


def test_a_second_export_of_the_day_takes_the_next_number(tmp_path: Path) -> None:
    packed(tmp_path)
    assert packed(tmp_path).name.startswith("northbank_ha_20261121_002.")
    assert len(list(tmp_path.glob("*.csv"))) == 2
    assert packed(tmp_path, sequence=7).name.startswith("northbank_ha_20261121_007.")


def test_another_day_starts_at_one_beside_the_first(tmp_path: Path) -> None:
    packed(tmp_path)
    assert make_delivery(tmp_path, {BALANCES: balances(1)}, PARTNER, date(2026, 11, 22)).name.endswith(
        "1122_001.datapackage.json"
    )


def test_an_interrupted_packing_is_taken_up(tmp_path: Path) -> None:
    (tmp_path / f"northbank_ha_20261121_001_{BALANCES}.csv").write_text(balances(1), encoding="utf-8")
    manifest = make_delivery(tmp_path, {ARRANGEMENTS: "a,b\n1,2\n"}, PARTNER)
    assert [resource.extract for resource in read_manifest(manifest).resources] == [ARRANGEMENTS, BALANCES]
    assert manifest.name.startswith("northbank_ha_20261121_001.")


def test_a_file_edited_after_packing_is_packed_anew(tmp_path: Path) -> None:
    manifest = packed(tmp_path)
    data_file(manifest, BALANCES).write_text(balances(5), encoding="utf-8")
    assert pack(tmp_path, PARTNER, DAY) == manifest
    assert read_manifest(manifest).resources[0].rowcount == 5


def test_rows_are_counted_as_they_are_read(tmp_path: Path) -> None:
    rows = 'tenancy_id,balance,balance_date\n"T\n1",1,2026-11-20\n\nragged\n\\.\n'
    assert read_manifest(make_delivery(tmp_path, {BALANCES: rows}, PARTNER)).resources[0].rowcount == 4


def test_encodings(tmp_path: Path) -> None:
    (tmp_path / f"{BALANCES}.csv").write_bytes(b"tenancy_id\nZo\xeb\n")
    with pytest.raises(PackError, match=r"ren_balances\.csv, line 2: the text is not utf-8"):
        pack(tmp_path, PARTNER, DAY)
    manifest = pack(tmp_path, PARTNER, DAY, encodings={BALANCES: "Windows-1252"})
    assert read_manifest(manifest).resources[0].encoding == "windows-1252"


def test_the_register_is_packed_in_its_own_encoding(tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path, {"gias_schools": b"URN\n\xc9cole\n"}, "reference")
    assert read_manifest(manifest).resources[0].encoding == "windows-1252"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"ren_balances\.csv: line 1 is empty"),
        (b'a,b\n1,2\n"3,4\n', r"ren_balances\.csv, line 3: a double quote opens and never closes"),
        (b'a,b\n"1"2,3\n', r"ren_balances\.csv, line 2: a double quote stands within"),
        ("a,b\n1,2\n".encode("utf-16"), r"ren_balances\.csv is UTF-16"),
        (b"a,b\n1,\0\n", r"ren_balances\.csv holds a NUL byte"),
        (b"a,b\r1,2\r", r"ren_balances\.csv, line 1: a lone carriage return"),
    ],
)
def test_a_damaged_file_is_named_and_nothing_is_renamed(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(PackError, match=said):
        make_delivery(tmp_path, {BALANCES: content, ARRANGEMENTS: "a\n1\n"}, PARTNER)
    assert {path.name for path in tmp_path.iterdir()} == {f"{BALANCES}.csv", f"{ARRANGEMENTS}.csv"}


def test_no_value_of_a_damaged_file_is_shown(tmp_path: Path) -> None:
    with pytest.raises(PackError) as error:
        make_delivery(tmp_path, {BALANCES: f'a,b\n{CANARY},"{CANARY}\n'}, PARTNER)
    assert CANARY not in str(error.value) and error.value.__suppress_context__


def test_unknown_files_are_listed_with_the_names_that_are_known(tmp_path: Path) -> None:
    (tmp_path / "rents\n.csv").write_text("a\n", encoding="utf-8")
    (tmp_path / "northbank_ha_20261121_001_rents.csv").write_text("a\n", encoding="utf-8")
    with pytest.raises(PackError) as error:
        packed(tmp_path)
    said = str(error.value)
    assert "rents\\n.csv" in said and "northbank_ha_20261121_001_rents.csv" in said and "ren_arrangements" in said


def test_an_empty_folder_says_what_to_put_there(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("x", encoding="utf-8")
    with pytest.raises(PackError, match=r"no CSV file to pack.*\{extract\}\.csv"):
        pack(tmp_path, PARTNER, DAY)


@pytest.mark.parametrize(
    ("partner", "sequence", "said"),
    [("North-Bank", None, "lower case"), ("x", None, "2 to 31"), (PARTNER, 0, "from 1 to 999"), (PARTNER, 1000, "999")],
)
def test_bad_arguments_are_explained(tmp_path: Path, partner: str, sequence: int | None, said: str) -> None:
    (tmp_path / f"{BALANCES}.csv").write_text(balances(1), encoding="utf-8")
    with pytest.raises(PackError, match=said):
        pack(tmp_path, partner, DAY, sequence=sequence)


def test_a_link_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "else.txt").write_text(balances(1), encoding="utf-8")
    (tmp_path / f"{BALANCES}.csv").symlink_to(tmp_path / "else.txt")
    with pytest.raises(PackError, match="is a link"):
        pack(tmp_path, PARTNER, DAY)


def test_the_manifest_never_stands_there_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        packed(tmp_path)
    assert not list(tmp_path.glob("*.datapackage.json"))
    monkeypatch.undo()
    assert json.loads(pack(tmp_path, PARTNER, DAY).read_text(encoding="utf-8"))["name"] == "northbank_ha_20261121_001"
