"""`hearthlink evidence verify` on a home with three packs: whatever is done to them is an error that names one."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.governance.publish import publish
from dagster_project.settings import Settings
from tests import gate_kit as kit

OLD, MIDDLE, NEW = PACKS = ("p_1", "p_2", "p_3")
LEDGER = "control.evidence_packs"
Tampering = Callable[[Path], object]


@pytest.fixture(scope="module")
def published(own_warehouse: Settings) -> Settings:
    for publish_id in PACKS:
        kit.build_world(own_warehouse, publish_id)
        kit.judge_lightly(own_warehouse, publish_id)
        publish(own_warehouse, publish_id)
    kit.alter(
        own_warehouse,
        f"create table {LEDGER}_kept as table {LEDGER}; create table control.publishes_kept as table control.publishes",
        "admin",
    )
    return own_warehouse


@pytest.fixture
def packs(published: Settings, tmp_path: Path) -> Iterator[Path]:
    """The evidence folder; folder and ledger are put back after the test."""
    folder = published.evidence_dir
    kept = shutil.copytree(folder, tmp_path / "kept")
    yield folder
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    kit.alter(
        published,
        f"delete from {LEDGER}; delete from control.publishes;"
        f" insert into control.publishes select * from control.publishes_kept;"
        f" insert into {LEDGER} overriding system value select * from {LEDGER}_kept",
        "admin",
    )


def verify(settings: Settings) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["evidence", "verify", "--home", str(settings.home)])
    return result.exit_code, " ".join(result.output.split())


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def swap(folder: Path) -> None:
    (folder / OLD).rename(folder / "x")
    (folder / NEW).rename(folder / OLD)
    (folder / "x").rename(folder / NEW)


ON_DISK: dict[str, tuple[Tampering, tuple[str, ...]]] = {
    **{
        f"a byte of {name}, {part}": (lambda folder, name=name, place=place: flip(folder / OLD / name, place), (OLD,))
        for name in ("pack.json", "index.html")
        for part, place in (("first", 0), ("middle", 1000), ("last", -1))
    },
    "a pack gone": (lambda folder: shutil.rmtree(folder / MIDDLE), (MIDDLE,)),
    "two packs in each other's place": (swap, (OLD, NEW)),
    "all packs gone": (lambda folder: [shutil.rmtree(folder / name) for name in PACKS], PACKS),
}
IN_THE_LEDGER = {
    "first row gone": (f"delete from {LEDGER} where publish_id = '{OLD}'", (OLD, MIDDLE)),
    "middle row gone": (f"delete from {LEDGER} where publish_id = '{MIDDLE}'", (MIDDLE, NEW)),
    "last row gone": (f"delete from {LEDGER} where publish_id = '{NEW}'", (NEW,)),
    "all rows gone": (f"delete from {LEDGER}", PACKS),
    "the record of the publishes gone with them": (f"delete from {LEDGER}; delete from control.publishes", (NEW,)),
}


def test_three_packs_stand_as_they_were_written(packs: Path, published: Settings) -> None:
    assert verify(published) == (0, "as written, in one chain: 3 evidence pack(s)")


@pytest.mark.parametrize("how", ON_DISK)
def test_tampering_with_the_files_is_named(packs: Path, published: Settings, how: str) -> None:
    tamper, named = ON_DISK[how]
    tamper(packs)
    code, said = verify(published)
    assert code == 1
    assert [name for name in PACKS if f"{name}: " in said] == list(named)


@pytest.mark.parametrize("how", IN_THE_LEDGER)
def test_tampering_with_the_ledger_is_named(packs: Path, published: Settings, how: str) -> None:
    statement, named = IN_THE_LEDGER[how]
    kit.alter(published, statement, "admin")
    code, said = verify(published)
    assert code == 1
    assert [name for name in PACKS if f"{name}: " in said] == list(named)


def test_the_end_cut_off_everywhere_leaves_a_mart_without_evidence(packs: Path, published: Settings) -> None:
    shutil.rmtree(packs / NEW)
    kit.alter(
        published,
        f"delete from {LEDGER} where publish_id = '{NEW}'; delete from control.publishes where publish_id = '{NEW}'",
        "admin",
    )
    assert verify(published)[0] == 1
    assert f"{NEW}: readers see this publish" in verify(published)[1]
