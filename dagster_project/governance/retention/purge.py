"""The purge: after a publish whoever is out of scope is gone, from every layer, schema and file (clauses RE-01, RE-02).

All rows go in one transaction together with their tombstones; then the tables are written anew and files deleted. A
purge that was killed is done again at the start of the next run; to do it twice changes nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from dagster_project.agreement.model import Agreement
from dagster_project.clock import utc_now
from dagster_project.dropbox.errors import DropboxError
from dagster_project.governance import access_log
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.exports.sweep import sweep
from dagster_project.governance.opt_out import checks
from dagster_project.governance.retention import files, leftovers
from dagster_project.governance.retention.layers import delete_from_layers
from dagster_project.governance.retention.record_hash import read_key
from dagster_project.governance.retention.rewriting import note, rewrite
from dagster_project.governance.retention.subjects import find_subjects
from dagster_project.governance.retention.tombstones import bury, clear_ended_holds
from dagster_project.governance.rights.disputes import find_corrected, log_corrected
from dagster_project.governance.rights.forgetting import forget
from dagster_project.governance.rights.report import sweep as sweep_reports
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.roles import PUBLISHER
from dagster_project.warehouse.swap import drop_previous

_LOCK_TIMEOUT = "30s"
_BEGIN = """
    insert into control.purges (publish_id, as_at, begun_at, keep_days) values (%s, %s, %s, %s)
    on conflict (publish_id) do update set finished_at = null, keep_days = excluded.keep_days
"""
_COUNT = "update control.purges set counts = %(counts)s where publish_id = %(publish_id)s"
_FINISH = "update control.purges set finished_at = %(now)s where publish_id = %(publish_id)s"
_LAST = """
    select publish.publish_id, purge.finished_at is not null, run.publish_id is not distinct from publish.publish_id
    from control.publishes as publish
    left join control.purges as purge on publish.publish_id = purge.publish_id
    left join agreement.run_context as run on true
    order by publish.published_at desc
    limit 1
"""
# Of these a second try tells the same once more; everything else adds up.
_NOT_ADDED = ("people_held", "most_days_overdue")
_AGAIN = (
    "The publish stands, but people out of scope are still held somewhere: the next run deletes them first, or do it"
    " now with 'hearthlink retention purge'"
)


@dataclass(frozen=True)
class Purged:
    """What a purge did, in counts."""

    publish_id: str
    counts: dict[str, int]


def purge(
    settings: Settings,
    agreement: Agreement,
    publish_id: str,
    as_at: date,
    folders: Sequence[Path] = (),
    *,
    use_dropbox: bool = True,
) -> Purged:
    """Delete whatever may no longer be held after the publish of that id, whose build still stands in `matched`.

    `folders` are where deliveries lie, besides the home's own. Windows count from the date of the run that took a
    delivery in to the date of this one.

    Raises:
        GovernanceError: something could not be deleted; the publish stands, and the purge has to be done again.
    """
    keep_days = agreement.retention_settings.raw_keep_days
    key = read_key(settings)
    try:
        with connect(settings, ADMIN) as conn:
            conn.execute(_BEGIN, [publish_id, as_at, utc_now(), keep_days])
        swept = _sweep(settings, publish_id)
        with connect(settings, ADMIN) as conn:
            conn.execute("select set_config('lock_timeout', %s, true)", [_LOCK_TIMEOUT])
            _count(conn, publish_id, _delete_rows(conn, key, publish_id, as_at, keep_days))
        _drop_previous(settings)
        with connect(settings, ADMIN, autocommit=True) as conn:
            rewrite(conn)
            window = files.read_window(conn, as_at, keep_days)
        partners = [partner.code for partner in agreement.partners if partner.delivery.route == "sftp"]
        places = (settings.inbox, settings.landing_dir, *folders)
        gone = files.delete_files(settings, window, places, partners, use_dropbox=use_dropbox)
        if swept["exports_not_deleted"]:
            raise GovernanceError(
                f"{swept['exports_not_deleted']} export(s) are due and could not be deleted ('hearthlink export sweep'"
                f" says why). {_AGAIN}"
            )
        with connect(settings, ADMIN) as conn:
            files_gone = {f"files_{name}": count for name, count in vars(gone).items()}
            counts = _count(conn, publish_id, files_gone | {"files_reports": sweep_reports(settings)})
            conn.execute(_FINISH, {"now": utc_now(), "publish_id": publish_id})
            access_log.record(conn, actor="hearthlink", action="retention_purge", subject=publish_id, detail=counts)
    except (WarehouseError, DropboxError) as fault:
        raise GovernanceError(f"{fault} {_AGAIN}") from None
    except psycopg.Error as fault:
        raise GovernanceError(f"The purge was broken off (SQLSTATE {fault.sqlstate}). {_AGAIN}") from None
    return Purged(publish_id, counts)


def _sweep(settings: Settings, publish_id: str) -> dict[str, int]:
    """Exports that are due go first: who left them is deleted from the catalogue, which is then written anew."""
    checks.sweep(settings, delete_check_files=True)
    ended = Counter(export.status for export in sweep(settings))
    counts = {"exports_deleted": ended["deleted"], "exports_unconfirmed": ended["unconfirmed"]}
    with connect(settings, ADMIN) as conn:
        _count(conn, publish_id, counts)
    return counts | {"exports_not_deleted": ended["standing"]}


def _drop_previous(settings: Settings) -> None:
    try:
        with connect(settings, PUBLISHER) as conn:
            drop_previous(conn)
    except WarehouseError:
        raise GovernanceError(
            "Somebody still reads the mart before the last, so it cannot be dropped: ask them to close their report or"
            f" session (pg_stat_activity names the login). {_AGAIN}"
        ) from None


def unfinished(settings: Settings) -> str | None:
    """The last publish, if its purge did not come to its end and what it built still stands."""
    with connect(settings, ADMIN) as conn:
        row = conn.execute(_LAST).fetchone()
    if row is None or row[1] or not row[2]:
        return None
    return row[0]


def purge_last(settings: Settings, agreement: Agreement) -> Purged:
    """Do the purge after the last publish again, while what it built still stands.

    Raises:
        GovernanceError: nothing was published, another run has begun since, or as for `purge`.
    """
    with connect(settings, ADMIN) as conn:
        row = conn.execute(_LAST).fetchone()
        days = conn.execute("select as_at from agreement.run_context").fetchone()
    if row is None or days is None:
        raise GovernanceError("Nothing was published yet, so there is nothing to purge")
    if not row[2]:
        raise GovernanceError(
            "Another run has begun since the last publish: run to its end ('hearthlink run'), which purges after it"
        )
    return purge(settings, agreement, row[0], days[0])


def _count(conn: psycopg.Connection[Any], publish_id: str, counts: dict[str, int]) -> dict[str, int]:
    """Add to what earlier tries of this purge have counted; the whole."""
    row = conn.execute("select counts from control.purges where publish_id = %s", [publish_id]).fetchone()
    before: dict[str, int] = row[0] if row else {}
    whole = before | {
        name: max(before.get(name, 0), count) if name in _NOT_ADDED else before.get(name, 0) + count
        for name, count in counts.items()
    }
    conn.execute(_COUNT, {"counts": Jsonb(whole), "publish_id": publish_id})
    return whole


def _delete_rows(
    conn: psycopg.Connection[Any], key: bytes, publish_id: str, as_at: date, keep_days: int
) -> dict[str, int]:
    find_subjects(conn, as_at)
    corrected = find_corrected(conn)
    deleted = delete_from_layers(conn, as_at, keep_days)
    left, released = bury(conn, key, publish_id, as_at), clear_ended_holds(conn, key, publish_id, as_at)
    remembered, forgotten = leftovers.clear(conn), forget(conn)
    note(conn, (*deleted.touched, *leftovers.REWRITTEN))
    log_corrected(conn, corrected, publish_id)
    return {
        "people_held": remembered.people,
        "records_left": left.records,
        "most_days_overdue": left.overdue_days,
        **{f"rows_{layer}": count for layer, count in deleted.rows.items()},
        "tables_dropped": deleted.dropped,
        "rows_moved_to_hold": deleted.moved,
        "records_released_from_hold": released.records,
        "decisions_deleted": remembered.decisions,
        "worklist_items_deleted": remembered.worklist_items,
        "disputes_corrected": len(corrected),
        "request_records_forgotten": forgotten,
    }
