"""Encrypted workbooks: a text stays a text, nothing is cut short, and the file goes to a private place or nowhere."""

import os
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dagster_project.governance import places
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.places import Mount, mount_of
from dagster_project.governance.workbooks import CLASSIFICATION, Table, add_table, encrypted, notice, opened, save

PASSWORD = "aB3!aB3!aB3!aB3!"
ROW = (
    "=1+1",
    "@x",
    "http://fakeshire.example",
    "007",
    "a\nb\t<&>",
    3,
    Decimal("13.4"),
    date(2019, 2, 28),
    None,
    "_x0041_",
)


def made(rows: list[tuple[Any, ...]]) -> bytes:
    table = Table("people", [f"c{place}" for place in range(len(rows[0]))], rows)

    def write(book: Any) -> None:
        assert add_table(book, table, notice("An  agreement", "1.0", "For planning.")) == len(rows)

    return encrypted(write, PASSWORD)


def test_a_table_stands_beneath_its_notice_and_keeps_its_values(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    save(made([ROW]), path)
    lines = list(opened(path, PASSWORD)["people"].iter_rows(values_only=True))
    assert [line[0] for line in lines[:5]] == [
        CLASSIFICATION,
        "Shared under the agreement 'An agreement', version 1.0, for its purposes alone.",
        "Never print this, send it by e-mail or store it on removable media. Delete it when you no longer need it.",
        "For planning.",
        None,
    ]
    assert lines[5] == tuple(f"c{place}" for place in range(len(ROW)))
    assert lines[6] == (*ROW[:6], 13.4, datetime(2019, 2, 28), None, "_x0041_")
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_sheet_cannot_hold_is_refused_and_not_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GovernanceError, match="longer than a cell"):
        made([("x" * 32_768,)])
    monkeypatch.setattr("dagster_project.governance.workbooks.MOST_ROWS", 2)
    with pytest.raises(GovernanceError, match="more than 2 rows"):
        made([(1,), (2,), (3,)])


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o722])
def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(GovernanceError, match="open to other users"):
        save(b"secret", folder / "x.xlsx")
    assert not list(folder.iterdir())


def test_a_folder_beneath_one_that_everybody_may_change_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shared" / "mine").mkdir(parents=True, mode=0o700)
    (tmp_path / "shared" / "mine").chmod(0o700)
    (tmp_path / "shared").chmod(0o777)
    with pytest.raises(GovernanceError, match="everybody may change"):
        save(b"secret", tmp_path / "shared" / "mine" / "x.xlsx")


def test_another_users_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(GovernanceError, match="another user's"):
        save(b"secret", tmp_path / "x.xlsx")


def test_a_link_is_followed_neither_as_file_nor_as_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    (tmp_path / "file.xlsx").symlink_to(tmp_path / "real" / "elsewhere.xlsx")
    with pytest.raises(GovernanceError, match="is a link"):
        save(b"secret", tmp_path / "folder" / "x.xlsx")
    with pytest.raises(GovernanceError, match="exists already"):
        save(b"secret", tmp_path / "file.xlsx")
    assert not list((tmp_path / "real").iterdir())


def test_removable_media_are_refused_by_where_they_are_mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "REMOVABLE_FOLDERS", (tmp_path / "media",))
    with pytest.raises(GovernanceError, match="removable media"):
        save(b"secret", tmp_path / "media" / "stick" / "x.xlsx")


@pytest.mark.parametrize("format_", ["exfat", "vfat"])
def test_removable_media_are_refused_by_their_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    (tmp_path / "a stick").mkdir(mode=0o700)
    mounts = tmp_path / "mountinfo"
    escaped = re.sub(" ", r"\\040", str(tmp_path / "a stick"))
    mounts.write_text(
        f"21 1 8:1 / / rw - ext4 /dev/none rw\n36 21 8:17 / {escaped} rw,nosuid shared:1 - {format_} /dev/none rw\n"
    )
    monkeypatch.setattr(places, "MOUNTS", mounts)
    with pytest.raises(GovernanceError, match="removable media"):
        save(b"secret", tmp_path / "a stick" / "x.xlsx")
    save(b"secret", tmp_path / "x.xlsx")


def test_removable_media_are_known_by_their_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = tmp_path / "sys"
    monkeypatch.setattr(places, "DEVICES", devices)
    monkeypatch.setattr(os, "major", lambda number: 8)
    monkeypatch.setattr(os, "minor", lambda number: number)
    numbers = {"stick": 1, "usb_disk": 2, "fixed": 3, "encrypted": 4}
    real = {
        "stick": "pci/block/sdb/sdb1",
        "usb_disk": "pci/usb2/block/sdc",
        "fixed": "pci/block/sda/sda1",
        "encrypted": "dm",
    }
    for name, folder in real.items():
        (devices / folder).mkdir(parents=True)
        (devices / f"8:{numbers[name]}").symlink_to(devices / folder)
    (devices / "pci/block/sdb/removable").write_text("1\n")
    (devices / "pci/block/sda/removable").write_text("0\n")
    (devices / "dm" / "slaves").mkdir()
    (devices / "dm" / "slaves" / "sdc").symlink_to(devices / "pci/usb2/block/sdc")

    class Device:
        def __init__(self, number: int) -> None:
            self.st_rdev = number

        def stat(self) -> "Device":
            return self

    judged = {name: places.is_removable(Device(number)) for name, number in numbers.items()}  # type: ignore[arg-type]
    assert judged == {"stick": True, "usb_disk": True, "fixed": False, "encrypted": True}
    assert not places.is_removable(tmp_path / "no device")


def test_the_later_of_two_mounts_in_one_place_counts() -> None:
    mounts = [
        Mount(Path("/"), "ext4", Path("a")),
        Mount(Path("/data"), "ext4", Path("b")),
        Mount(Path("/data"), "vfat", Path("c")),
    ]
    assert (mount_of(Path("/data/x"), mounts), mount_of(Path("/database"), mounts)) == (mounts[2], mounts[0])
