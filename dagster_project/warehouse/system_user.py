"""Running the server's programs as a system user: PostgreSQL refuses to run as root."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dagster_project.settings import inherited_environment
from dagster_project.warehouse.errors import WarehouseError

SYSTEM_USER = "pgserver"
# The server outlives the command, so it must not carry the command's environment (which may hold secrets).
_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE")


def is_root() -> bool:
    """Whether this process is root (never on Windows, where pg_ctl gives up administrator rights itself)."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def server_user(base: Path) -> str | None:
    """Name of the user that the server runs as: None for this user, else a system user that exists afterwards.

    A folder made earlier keeps its owner, so that a data folder on a volume still starts where ids differ.
    """
    if not is_root():
        return None
    if sys.platform != "win32" and base.exists() and base.stat().st_uid != 0:
        return _name_of(base.stat().st_uid)
    if not _known(SYSTEM_USER):
        _create(SYSTEM_USER)
    return SYSTEM_USER


def give(path: Path, user: str | None) -> None:
    """Make `user` the owner of a folder or file that this process has just made."""
    if user is not None:
        uid, gid = ids(user)
        os.chown(path, uid, gid, follow_symlinks=False)


def run_as(user: str | None, command: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end as `user`, with a bare environment; output is captured as one text.

    The output goes through a file, not a pipe: a server that the program leaves behind would keep a pipe open.
    """
    environment = inherited_environment(_KEPT_VARIABLES) | {"LC_ALL": "C"}
    words = [str(part) for part in command]
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603
            words,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **_identity(user),
        )
        output.seek(0)
        text = output.read().decode("utf-8", errors="replace")
    return subprocess.CompletedProcess(words, done.returncode, text, "")


def can_run(user: str, program: Path) -> bool:
    """Whether `user` can really reach and start a program; only trying tells (ACLs, mounts, parent folders)."""
    try:
        return run_as(user, [program, "--version"], Path("/")).returncode == 0
    except (PermissionError, FileNotFoundError):
        return False


def can_use(user: str, folder: Path) -> bool:
    """Whether `user` can enter a folder and write in it."""
    shell = shutil.which("sh") or "/bin/sh"
    return run_as(user, [shell, "-c", 'cd "$1" && test -w .', "sh", folder], Path("/")).returncode == 0


def ids(user: str) -> tuple[int, int]:
    """User id and group id of a user name or of a numeric id."""
    if sys.platform == "win32":
        raise WarehouseError("Windows has no numeric users")
    import pwd

    if user.isdigit():
        try:
            return int(user), pwd.getpwuid(int(user)).pw_gid
        except KeyError:
            return int(user), int(user)
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


def _identity(user: str | None) -> dict[str, Any]:
    if user is None:
        return {} if sys.platform == "win32" else {"umask": 0o077}
    uid, gid = ids(user)
    return {"user": uid, "group": gid, "extra_groups": [], "umask": 0o077}


def _name_of(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _known(name: str) -> bool:
    try:
        ids(name)
    except KeyError:
        return False
    return True


def _create(name: str) -> None:
    program = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    done = None
    if program:
        done = subprocess.run(  # noqa: S603
            [program, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false", name],
            capture_output=True,
            check=False,
        )
    if not _known(name):
        reason = f"useradd ended with code {done.returncode}" if done else "there is no useradd here"
        raise WarehouseError(
            f"PostgreSQL does not run as root, and the system user {name} cannot be made ({reason}). "
            f"Make it by hand (a system account without login), run hearthlink as an ordinary user, "
            "or point HEARTHLINK_DSN at a server of your own."
        )
