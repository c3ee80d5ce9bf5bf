"""Who may be in a planning export: a list that lives for three weeks, as keyed hashes, outside the database.

Whether somebody has opted out is stored nowhere (clause ND-01): the list holds those whom the NHS check has cleared,
and whoever is not on it may have opted out or be unknown. List and key are two files of the secrets folder.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.secrets_store import read_secret, write_secret

_KEY_BYTES = 32


def keep(settings: Settings, check_id: str, numbers: frozenset[str]) -> None:
    """Keep the list, in place of every earlier one."""
    key = secrets.token_bytes(_KEY_BYTES)
    forget(settings)
    write_secret(_key_file(settings, check_id), key.hex())
    write_secret(_list_file(settings, check_id), "\n".join(sorted(_hashed(key, number) for number in numbers)))


def cleared(settings: Settings, check_id: str, numbers: frozenset[str]) -> frozenset[str]:
    """Those of the numbers that the check has cleared.

    Raises:
        GovernanceError: the list is not there any more.
        WarehouseError: others can read it.
    """
    try:
        key = bytes.fromhex(read_secret(_key_file(settings, check_id)))
        listed = frozenset(read_secret(_list_file(settings, check_id)).split())
    except (FileNotFoundError, ValueError):
        raise GovernanceError(
            "The list of the last opt-out check is gone: make a new check with 'hearthlink opt-out write-check'"
        ) from None
    return frozenset(number for number in numbers if _hashed(key, number) in listed)


def forget(settings: Settings) -> int:
    """Delete every list with its key. Returns how many files went."""
    folder = _folder(settings)
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    for file in files:
        file.unlink()
    return len(files)


def _hashed(key: bytes, number: str) -> str:
    return hmac.new(key, b"nhs_number|" + number.encode(), hashlib.sha256).hexdigest()


def _folder(settings: Settings) -> Path:
    return settings.secrets_dir / "opt_out"


def _key_file(settings: Settings, check_id: str) -> Path:
    return _folder(settings) / f"{check_id}.key"


def _list_file(settings: Settings, check_id: str) -> Path:
    return _folder(settings) / f"{check_id}.cleared"
