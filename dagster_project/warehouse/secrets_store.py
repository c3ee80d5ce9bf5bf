"""Secrets: made here, kept one per file, 0600, in the home's secrets folder."""

import os
import secrets
import stat
import string
from pathlib import Path

from dagster_project.settings import Settings
from dagster_project.warehouse.errors import WarehouseError

PASSWORD_LENGTH = 32
# No quotes, backslashes, spaces or URL marks: people paste these into clients that escape badly.
SYMBOLS = "-_.~!*"
_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, SYMBOLS)


def generate_password(length: int = PASSWORD_LENGTH) -> str:
    """A random password with all four character types (agreement: at least fifteen characters, all four types)."""
    alphabet = "".join(_CLASSES)
    while True:
        candidate = "".join(secrets.choice(alphabet) for _ in range(length))
        if all(any(char in kind for char in candidate) for kind in _CLASSES):
            return candidate


def password_file(settings: Settings, login: str) -> Path:
    """Where the password of `login` is kept, whether or not it is there yet."""
    return settings.secrets_dir / f"{login}.password"


def read_password(settings: Settings, login: str) -> str:
    """The stored password. Raises WarehouseError when there is none, or others can read it."""
    try:
        return read_secret(password_file(settings, login))
    except FileNotFoundError:
        raise WarehouseError(
            f"No password is stored for login {login} in {settings.secrets_dir}. "
            "Start the warehouse once with this home folder, or restore the folder from its backup."
        ) from None


def write_password(settings: Settings, login: str, password: str) -> None:
    """Store a password so that no moment exists at which others could read it or find half of it."""
    write_secret(password_file(settings, login), password)


def read_secret(path: Path) -> str:
    """What a file of the secrets folder holds.

    Raises:
        FileNotFoundError: it is not there.
        WarehouseError: other users of the computer can read or change it.
    """
    with path.open(encoding="utf-8") as file:
        if not is_private(os.fstat(file.fileno())):
            raise WarehouseError(
                f"{path} is open to other users of this computer. Close it (chmod 600), and renew it if somebody may "
                "have read it: 'hearthlink secrets list' says how."
            )
        return file.read().strip()


def is_private(found: os.stat_result) -> bool:
    """Whether a file is its owner's alone. Windows has no such modes: there the folder's own rights keep it so."""
    return os.name == "nt" or not stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO)


def write_secret(path: Path, value: str) -> None:
    """Write or replace a secret, in a private folder. At no moment can others read it or find half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(value + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    fresh.replace(path)
