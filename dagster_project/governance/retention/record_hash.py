"""A record in a tombstone: a keyed hash of its id, by which it is found again only by whoever has the key (RE-01)."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.secrets_store import read_secret

_KEY_BYTES = 32


def key_file(settings: Settings) -> Path:
    """Where the key lies: in the home's secrets folder, outside the database and its backups."""
    return settings.secrets_dir / "retention.key"


def read_key(settings: Settings) -> bytes:
    """The key, made at its first use.

    Raises:
        GovernanceError: the file is there and holds no key, or cannot be made.
        WarehouseError: others can read it.
    """
    path = key_file(settings)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as fault:
        raise GovernanceError(f"The key of tombstones cannot be made in {path.parent}: {fault.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secrets.token_hex(_KEY_BYTES) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    return _read(path)


def record_hmac(key: bytes, partner: str, record_id: str) -> str:
    """HMAC-SHA256 of a record: 64 hex digits."""
    return hmac.new(key, f"{partner}|{record_id}".encode(), hashlib.sha256).hexdigest()


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(read_secret(path))
    except (OSError, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise GovernanceError(
            f"{path} holds no key of tombstones: restore it from its backup. A new one could not find old deletions"
        )
    return key
