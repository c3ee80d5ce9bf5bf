"""Secrets: what is kept, and new passwords for the pipeline's logins. None is shown or logged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dagster_project.governance.access_log import record
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, SUPERUSER, connect
from dagster_project.warehouse.lock import run_lock
from dagster_project.warehouse.roles import PIPELINE_LOGINS, set_verifier
from dagster_project.warehouse.secrets_store import generate_password, is_private, password_file, write_password

_LOGINS = (*PIPELINE_LOGINS, SUPERUSER)
# What each kind of secret is and how it is renewed: by the end of its file's path.
_KINDS = (
    ("export_keys/*.key", "key of pseudonyms", "hearthlink export keys rotate PURPOSE"),
    ("export_passwords/*.password", "password of an export", "kept until it is shown once"),
    ("opt_out/*", "opt-out check", "kept for 21 days at most"),
    ("retention.key", "key of tombstones", "never: it finds old deletions"),
    ("dropbox*", "drop-box", "by its owner, then here"),
    *((f"{login}.password", "password of a login", "hearthlink secrets rotate LOGIN") for login in _LOGINS),
    ("*.password", "password of a user", "hearthlink user rotate-password LOGIN"),
)
_BEFORE = ".before"


@dataclass(frozen=True)
class Secret:
    """A file of the secrets folder, by its path there; never what it holds."""

    file: str
    kind: str
    is_private: bool
    changed_on: date
    renewal: str


def read_secrets(settings: Settings) -> list[Secret]:
    """Every secret, and whether its owner alone can read it."""
    files = sorted(path for path in settings.secrets_dir.rglob("*") if path.is_file())
    return [_told(path, path.relative_to(settings.secrets_dir)) for path in files]


def rotate(settings: Settings, logins: list[str], by: str) -> list[str]:
    """Give logins of the pipeline new passwords (none named: all of them). Returns which.

    Raises:
        GovernanceError: nobody is named, or a login that is not the pipeline's.
        WarehouseError: a run is going on, or the server does not answer. Logins before that one have new passwords.
    """
    if not by.strip():
        raise GovernanceError("Say who does this (--by): it stays on record")
    known = [login for login in _LOGINS if login != SUPERUSER or not settings.dsn]
    if unknown := [login for login in logins if login not in known]:
        raise GovernanceError(
            f"{', '.join(unknown)}: not a login whose password is kept here; name some of {', '.join(known)}, or none."
            " People have 'hearthlink user'; the administrator of a server of your own is its administrator's"
        )
    # A run holds connections, and programs that it started know the old password.
    with run_lock(settings):
        for login in logins or known:
            _rotate(settings, login, by.strip())
    return logins or known


def _rotate(settings: Settings, login: str, by: str) -> None:
    password = generate_password()
    with connect(settings, ADMIN) as conn, _restored_on_fault(password_file(settings, login)):
        set_verifier(conn, login, password)
        record(conn, actor=by, action="password_rotated", subject=login)
        write_password(settings, login, password)
        conn.commit()


@contextmanager
def _restored_on_fault(file: Path) -> Iterator[None]:
    """Keep a secret's earlier value until the server has the new one, then delete it.

    After a kill in between, it lies beside it, with `.before` at its end.
    """
    before = file.with_name(f"{file.name}{_BEFORE}")
    if file.exists():
        before.unlink(missing_ok=True)
        before.hardlink_to(file)
    try:
        yield
    except BaseException:
        if before.exists():
            before.replace(file)
        raise
    before.unlink(missing_ok=True)


def _told(path: Path, place: Path) -> Secret:
    kind, renewal = next(((kind, how) for pattern, kind, how in _KINDS if place.match(pattern)), ("other", ""))
    found = path.stat()
    return Secret(place.as_posix(), kind, is_private(found), datetime.fromtimestamp(found.st_mtime).date(), renewal)
