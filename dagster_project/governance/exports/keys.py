"""The keys of pseudonyms: one per purpose and period, in the secrets folder, outside the database and every export.

Clause SE-07. Whoever has a key can tell whose a pseudonym is; destroying it is what cannot be undone.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import psycopg

from dagster_project.agreement.model import load_agreement
from dagster_project.clock import london_today, utc_now
from dagster_project.governance.access_log import record
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect
from dagster_project.warehouse.secrets_store import read_secret, write_secret

Period = Literal["year", "quarter", "month"]
_KEY_BYTES, _PSEUDONYM_BYTES = 32, 20
# What the number belongs to: a person's pseudonym never equals that of something else with the same key.
_TYPE = b"person|"
_NEWEST = """
    select key_id from control.export_keys
    where purpose = %s and period = %s and destroyed_at is null
    order by substr(key_id, 2)::integer desc
    limit 1
"""
_NEXT = "select 'k' || coalesce(max(substr(key_id, 2)::integer), 0) + 1 from control.export_keys"
_INSERT = """
    insert into control.export_keys (key_id, purpose, period, created_at, created_by) values (%s, %s, %s, %s, %s)
"""
_DESTROY = """
    update control.export_keys set destroyed_at = %s, destroyed_by = %s
    where key_id = %s and destroyed_at is null
    returning purpose, period
"""
_LIST = """
    select key_id, purpose, period, created_at, destroyed_at
    from control.export_keys
    order by substr(key_id, 2)::integer
"""


@dataclass(frozen=True)
class Key:
    """A key as it is used: its id stands in each pseudonym, its bytes nowhere but in their file."""

    key_id: str
    value: bytes = field(repr=False)

    def pseudonym(self, person_key: str) -> str:
        """`k3.` and 160 bits of HMAC-SHA256 in base32; the same for the same person under the same key."""
        digest = hmac.new(self.value, _TYPE + person_key.encode(), hashlib.sha256).digest()
        return f"{self.key_id}.{base64.b32encode(digest[:_PSEUDONYM_BYTES]).decode().lower()}"


@dataclass(frozen=True)
class Registered:
    """A key on record; what it was used for stays on record when it is destroyed."""

    key_id: str
    purpose: str
    period: str
    created_at: datetime
    destroyed_at: datetime | None


def period_of(day: date, length: Period) -> str:
    """The period that a day is in: `2026`, `2026-q4` or `2026-11`."""
    return {"year": f"{day:%Y}", "quarter": f"{day:%Y}-q{(day.month + 2) // 3}", "month": f"{day:%Y-%m}"}[length]


def current_key(settings: Settings, conn: psycopg.Connection[Any], purpose: str, period: str, by: str) -> Key:
    """The key for that purpose and period, made now if there is none. `conn` is the administrator's.

    Raises:
        GovernanceError: the key is on record, but its file is gone or was changed.
        WarehouseError: others can read its file.
    """
    conn.execute("lock table control.export_keys in share row exclusive mode")
    row = conn.execute(_NEWEST, [purpose, period]).fetchone()
    return _make(settings, conn, purpose, period, by) if row is None else _read(settings, row[0], purpose, period)


def rotate(settings: Settings, purpose: str, by: str) -> str:
    """Make a new key for the purpose and the present period. Exports from now on share no pseudonym with earlier ones.

    The old key stays until it is destroyed. Returns the new key's id.

    Raises:
        GovernanceError: nobody is named, or that is no purpose of the agreement.
    """
    _named(by)
    agreement = load_agreement(settings.agreement_file)
    if purpose not in (purposes := [known.id for known in agreement.purposes]):
        raise GovernanceError(f"That is no purpose of the agreement: name one of {', '.join(purposes)}")
    period = period_of(london_today(), agreement.exports.planning.key_period)
    with connect(settings, ADMIN) as conn:
        conn.execute("lock table control.export_keys in share row exclusive mode")
        return _make(settings, conn, purpose, period, by.strip()).key_id


def destroy(settings: Settings, key_id: str, by: str) -> None:
    """Delete a key: from now on nobody can tell whose its pseudonyms are. This cannot be undone.

    Raises:
        GovernanceError: nobody is named, no such key, or one that is destroyed already.
    """
    _named(by)
    with connect(settings, ADMIN) as conn:
        row = conn.execute(_DESTROY, [utc_now(), by.strip(), key_id]).fetchone()
        if row is None:
            raise GovernanceError("There is no such key, or it is destroyed already: see 'hearthlink export keys list'")
        record(conn, actor=by.strip(), action="export_key_destroyed", subject=key_id, purpose=row[0])
        _place(settings, key_id, *row).unlink(missing_ok=True)


def read_keys(settings: Settings) -> list[Registered]:
    """Every key that ever was, in the order of its making."""
    with connect(settings, ADMIN) as conn:
        return [Registered(*row) for row in conn.execute(_LIST).fetchall()]


def _make(settings: Settings, conn: psycopg.Connection[Any], purpose: str, period: str, by: str) -> Key:
    [(key_id,)] = conn.execute(_NEXT).fetchall()
    value = secrets.token_bytes(_KEY_BYTES)
    write_secret(_place(settings, key_id, purpose, period), value.hex())
    conn.execute(_INSERT, [key_id, purpose, period, utc_now(), by])
    record(conn, actor=by, action="export_key_made", subject=key_id, purpose=purpose, detail={"period": period})
    return Key(key_id, value)


def _read(settings: Settings, key_id: str, purpose: str, period: str) -> Key:
    advice = (
        f"restore it from the backup of the secrets folder, or: hearthlink export keys destroy {key_id} --by NAME."
        " The next export then makes a new key"
    )
    try:
        value = bytes.fromhex(read_secret(_place(settings, key_id, purpose, period)))
    except FileNotFoundError:
        raise GovernanceError(f"The file of key {key_id} is gone: {advice}") from None
    except ValueError:
        value = b""
    if len(value) != _KEY_BYTES:
        raise GovernanceError(f"The file of key {key_id} is damaged: {advice}")
    return Key(key_id, value)


def _place(settings: Settings, key_id: str, purpose: str, period: str) -> Path:
    return settings.secrets_dir / "export_keys" / f"{purpose}.{period}.{key_id}.key"


def _named(by: str) -> None:
    if not by.strip():
        raise GovernanceError("Say who does this (--by): it stays on record")
