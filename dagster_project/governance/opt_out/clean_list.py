"""Who may be in a planning export: lists that live for three weeks, as keyed hashes, outside the database.

Whether somebody has opted out is stored nowhere (clause ND-01): one list holds those who were asked about, until the
answer comes, and one those whom the NHS check has cleared. Whoever is not on it may have opted out or be unknown. Lists
and their key are files of the secrets folder.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from pathlib import Path

from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.secrets_store import read_secret, write_secret

_KEY_BYTES = 32
_KEY, _ASKED, _CLEARED = "key", "asked", "cleared"


def keep_asked(settings: Settings, check_id: str, numbers: Iterable[str]) -> None:
    """Keep whom a check asks about, in place of every earlier check that was not answered."""
    for file in _files(settings):
        if not file.with_suffix(f".{_CLEARED}").exists():
            file.unlink()
    key = secrets.token_bytes(_KEY_BYTES)
    write_secret(_place(settings, check_id, _KEY), key.hex())
    write_secret(_place(settings, check_id, _ASKED), _hashes(key, numbers))


def asked(settings: Settings, check_id: str, numbers: frozenset[str]) -> frozenset[str]:
    """Those of the numbers that the check asked about. Raises as `cleared`."""
    return _listed(settings, check_id, _ASKED, numbers)


def keep_cleared(settings: Settings, check_id: str, numbers: frozenset[str]) -> None:
    """Keep whom a check has cleared, in place of what was asked and of every earlier check."""
    write_secret(_place(settings, check_id, _CLEARED), _hashes(_read_key(settings, check_id), numbers))
    for file in _files(settings):
        if file.stem != check_id or file.suffix == f".{_ASKED}":
            file.unlink()


def cleared(settings: Settings, check_id: str, numbers: frozenset[str]) -> frozenset[str]:
    """Those of the numbers that the check has cleared.

    Raises:
        GovernanceError: the list is not there any more.
        WarehouseError: others can read it.
    """
    return _listed(settings, check_id, _CLEARED, numbers)


def forget(settings: Settings) -> None:
    """Delete every list with its key."""
    for file in _files(settings):
        file.unlink()


def _listed(settings: Settings, check_id: str, kind: str, numbers: frozenset[str]) -> frozenset[str]:
    key = _read_key(settings, check_id)
    try:
        listed = frozenset(read_secret(_place(settings, check_id, kind)).split())
    except FileNotFoundError:
        raise _gone() from None
    return frozenset(number for number in numbers if _hashed(key, number) in listed)


def _read_key(settings: Settings, check_id: str) -> bytes:
    try:
        return bytes.fromhex(read_secret(_place(settings, check_id, _KEY)))
    except (FileNotFoundError, ValueError):
        raise _gone() from None


def _gone() -> GovernanceError:
    return GovernanceError(
        "The list of the last opt-out check is gone: make a new check with 'hearthlink opt-out write-check'"
    )


def _hashes(key: bytes, numbers: Iterable[str]) -> str:
    return "\n".join(sorted(_hashed(key, number) for number in numbers))


def _hashed(key: bytes, number: str) -> str:
    return hmac.new(key, b"nhs_number|" + number.encode(), hashlib.sha256).hexdigest()


def _files(settings: Settings) -> list[Path]:
    folder = settings.secrets_dir / "opt_out"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _place(settings: Settings, check_id: str, kind: str) -> Path:
    return settings.secrets_dir / "opt_out" / f"{check_id}.{kind}"
