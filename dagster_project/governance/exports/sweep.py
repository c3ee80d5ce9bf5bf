"""The sweep: an export is deleted when it expires, when somebody in it left the mart, or when its user may not have it.

A file that was moved cannot be deleted here. It is then unconfirmed, and stays a warning until its recipient has said
that it is gone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import psycopg

from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.clock import london_today, utc_now
from dagster_project.governance.access_log import record
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.exports.passwords import forget_password
from dagster_project.governance.exports.requester import may_export, user_function
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect

Status = Literal["deleted", "unconfirmed", "standing"]
# Of planning counts nobody's row is part: they end when they expire.
_STANDING = """
    select
        exports.export_id,
        exports.kind,
        exports.actor,
        exports.expires_on,
        exports.file_path,
        exports.file_sha256,
        exists (
            select from control.export_people as people
            where people.export_id = exports.export_id
                and (
                    not exists (select from mart.dim_person as shown where shown.person_key = people.person_key)
                    or not exists (
                        select from matched.item_withheld_people as known
                        where known.person_key = people.person_key and known.is_hidden is false)
                    or exists (
                        select from control.stopped_people as stopped
                        where stopped.person_key = people.person_key)))
    from control.exports
    where exports.status = 'standing'
    order by exports.created_at, exports.export_id
    for update of exports
"""
_END = "update control.exports set status = %s, ended_at = %s, reason = %s where export_id = %s"
# Whoever left the mart leaves the catalogue as well: what became of the file is on record without them.
_FORGET = """
    delete from control.export_people as people
    where not exists (select from mart.dim_person as shown where shown.person_key = people.person_key)
        and exists (
            select from control.exports where exports.export_id = people.export_id and exports.status <> 'standing')
"""
_PUBLISHED = (
    "select to_regclass('mart.dim_person') is not null and to_regclass('matched.item_withheld_people') is not null"
)
_CONFIRM = """
    update control.exports set status = 'confirmed', confirmed_by = %s
    where export_id = %s and status = 'unconfirmed'
    returning purpose
"""
_WAITING = """
    select export_id, actor, reason from control.exports where status = 'unconfirmed' order by ended_at, export_id
"""


@dataclass(frozen=True)
class Swept:
    """What became of an export that was due, and why it was. `standing`: its file is there and could not be deleted."""

    export_id: str
    status: Status
    reason: str


def sweep(settings: Settings, today: date | None = None) -> list[Swept]:
    """Delete the exports that are due, and say of each what became of its file."""
    return _sweep(settings, load_agreement(settings.agreement_file), today or london_today())


def sweep_people(settings: Settings) -> list[Swept]:
    """The same, of those alone that hold somebody who may not be exported: to be done when that is recorded."""
    return _sweep(settings, None, london_today())


def _sweep(settings: Settings, agreement: Agreement | None, today: date) -> list[Swept]:
    """Without an agreement, those alone that its rules have no part in."""
    with connect(settings, ADMIN) as conn:
        if not conn.execute(_PUBLISHED).fetchall()[0][0]:
            return []
        due = _due(conn, agreement, today)
        swept = [_end(settings, conn, *entry) for entry in due]
        conn.execute(_FORGET)
        for export in swept:
            record(
                conn,
                actor="hearthlink",
                action="export_swept",
                subject=export.export_id,
                detail={"status": export.status, "reason": export.reason},
            )
    return swept


def confirm_deleted(settings: Settings, export_id: str, by: str) -> None:
    """Take down that the recipient of a moved export has deleted it.

    Raises:
        GovernanceError: nobody is named, or the export waits for no confirmation.
    """
    if not by.strip():
        raise GovernanceError("Say who confirms that the file is deleted (--by)")
    with connect(settings, ADMIN) as conn:
        row = conn.execute(_CONFIRM, [by.strip(), export_id]).fetchone()
        if row is None:
            raise GovernanceError(f"{export_id} waits for no confirmation: see 'hearthlink export list'")
        record(conn, actor=by.strip(), action="export_confirmed_deleted", subject=export_id, purpose=row[0])


def unconfirmed(conn: psycopg.Connection[Any]) -> list[str]:
    """A warning for each export of which nobody knows that it is gone. `conn` is the administrator's or publisher's."""
    return [
        f"Export {export_id} of {actor} is due ({reason}) and was not found where it was written: have {actor} delete"
        f" it, then: hearthlink export confirm {export_id} --by NAME"
        for export_id, actor, reason in conn.execute(_WAITING).fetchall()
    ]


def unconfirmed_exports(settings: Settings) -> list[str]:
    """The same warnings, for whoever has no connection."""
    with connect(settings, ADMIN) as conn:
        return unconfirmed(conn)


def _due(
    conn: psycopg.Connection[Any], agreement: Agreement | None, today: date
) -> Sequence[tuple[str, Path, str, str]]:
    """Id, place, hash and reason of each export that has to go."""
    found = []
    for export_id, kind, actor, expires_on, path, sha256, has_left in conn.execute(_STANDING).fetchall():
        if has_left:
            reason = "somebody in it left the mart or may not be exported any more"
        elif agreement is None:
            continue
        elif today >= expires_on:
            reason = "it has expired"
        elif not _may_have(conn, agreement, actor, kind):
            reason = "its user may not have exports any more"
        else:
            continue
        found.append((export_id, Path(path), sha256, reason))
    return found


def _may_have(conn: psycopg.Connection[Any], agreement: Agreement, actor: str, kind: str) -> bool:
    function = user_function(conn, agreement, actor)
    return function is not None and may_export(function, "protected_xlsx" if kind == "dashboard" else "pseudonymised")


def _end(settings: Settings, conn: psycopg.Connection[Any], export_id: str, path: Path, sha256: str, why: str) -> Swept:
    status, fault = _delete(path, sha256)
    forget_password(settings, export_id)
    if status != "standing":
        conn.execute(_END, [status, utc_now(), why, export_id])
    return Swept(export_id, status, f"{why}; {fault}" if fault else why)


def _delete(path: Path, sha256: str) -> tuple[Status, str]:
    """Delete the very file that was written. Another file in its place is somebody's own work: it stays."""
    try:
        if path.is_symlink() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            return "unconfirmed", "another file stands in its place"
        path.unlink()
    except FileNotFoundError:
        return "unconfirmed", "not found where it was written"
    except OSError as fault:
        return "standing", f"it could not be deleted ({fault.strerror}): delete it by hand and sweep again"
    return "deleted", ""
