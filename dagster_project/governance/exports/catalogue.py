"""The catalogue of exports: who took what out, for which purpose, about whom, until when, and what became of it."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.types.json import Jsonb

from dagster_project.clock import utc_now
from dagster_project.governance.access_log import record
from dagster_project.governance.exports.requester import Requester
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect

Kind = Literal["dashboard", "planning_rows", "planning_counts"]
PASSWORD_LENGTH = 20
_INSERT = """
    insert into control.exports (
        export_id, kind, purpose, actor, function, agreement_sha256, publish_id, created_at, expires_on, file_path,
        file_sha256, row_counts, key_id, opt_out_check, protection, status)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'standing')
"""
_PERSON = "insert into control.export_people (export_id, person_key) values (%s, %s)"
_LIST = """
    select export_id, kind, purpose, actor, created_at, expires_on, file_path, status, reason
    from control.exports
    order by created_at desc, export_id
"""
_NOT_WRITTEN = """
    update control.exports set status = 'deleted', ended_at = %s, reason = 'could not be written' where export_id = %s
"""


@dataclass(frozen=True)
class New:
    """An export that is about to be written. `protection` holds counts and settings, `key_id` that of pseudonyms."""

    export_id: str
    kind: Kind
    path: Path
    content: bytes = field(repr=False)
    rows: Mapping[str, int]
    people: frozenset[str] = frozenset()
    key_id: str | None = None
    opt_out_check: str | None = None
    protection: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """An export on the disk, and the password that opens it, which the catalogue does not have."""

    export_id: str
    path: Path
    rows: Mapping[str, int]
    people: int
    expires_on: date
    password: str = field(repr=False)


@dataclass(frozen=True)
class Listed:
    """An export of the catalogue. `reason` says why it ended, None while it stands."""

    export_id: str
    kind: Kind
    purpose: str
    actor: str
    created_at: datetime
    expires_on: date
    path: Path
    status: Literal["standing", "deleted", "unconfirmed", "confirmed"]
    reason: str | None


def new_export_id() -> str:
    """An id that says nothing."""
    return f"e{secrets.token_hex(6)}"


def enter(conn: psycopg.Connection[Any], request: Requester, new: New) -> date:
    """Enter an export, and log it, in the caller's transaction. Returns the day on which it is swept."""
    expires_on = request.today + timedelta(days=request.agreement.exports.keep_days)
    conn.execute(
        _INSERT,
        [
            *(new.export_id, new.kind, request.purpose, request.login, request.function.id, request.agreement_sha256),
            *(request.publish_id, utc_now(), expires_on, str(new.path.absolute())),
            *(hashlib.sha256(new.content).hexdigest(), Jsonb(dict(new.rows))),
            *(new.key_id, new.opt_out_check, Jsonb(dict(new.protection))),
        ],
    )
    with conn.cursor() as cursor:
        cursor.executemany(_PERSON, [(new.export_id, person_key) for person_key in sorted(new.people)])
    record(
        conn,
        actor=request.login,
        action=f"export_{new.kind}",
        subject=new.export_id,
        purpose=request.purpose,
        detail={"publish_id": request.publish_id, "function": request.function.id, "people": len(new.people)},
    )
    return expires_on


def not_written(settings: Settings, export_ids: Iterable[str]) -> None:
    """Say of exports that were entered that no file came of them."""
    with connect(settings, ADMIN) as conn:
        for export_id in export_ids:
            conn.execute(_NOT_WRITTEN, [utc_now(), export_id])
            conn.execute("delete from control.export_people where export_id = %s", [export_id])


def read_exports(settings: Settings) -> list[Listed]:
    """Every export on record, the newest first."""
    with connect(settings, ADMIN) as conn:
        rows = conn.execute(_LIST).fetchall()
    return [Listed(*row[:6], path=Path(row[6]), status=row[7], reason=row[8]) for row in rows]
