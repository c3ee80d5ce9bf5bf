"""What became of each delivery, in `control`: no values, only codes, counts and line numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from dagster_project.clock import london_today
from dagster_project.extracts.delivery import VerifiedDelivery
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.mapped.origin import MappedRejections
from dagster_project.extracts.names import DeliveryName
from dagster_project.extracts.rejections import RejectionLog
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.landing_copy import Counts, copy_rows
from dagster_project.warehouse.landing_source import Source
from dagster_project.warehouse.landing_standing import Standing

REPEATED = "the same content is loaded already"
LATE = "a newer extract of the same partner is loaded already"
SENT_AGAIN = "the same content was sent again later, after other content, and loaded under a newer name"

_INSERT = """
insert into control.deliveries (
    delivery_id, partner, extract_date, content_sha256, manifest_sha256, route, status, reason_code, reason,
    transport, received_at, received_on
)
values (
    %(delivery_id)s, %(partner)s, %(extract_date)s, %(content_sha256)s, %(manifest_sha256)s, %(route)s, %(status)s,
    %(reason_code)s, %(reason)s, %(transport)s, %(received_at)s,
    %(received_on)s
)
returning delivery_key
"""


@dataclass(frozen=True)
class Receipt:
    """How a delivery came: `name` as its manifest's file name says (None where that is no such name).

    `received_on` is the London date of the run that took it in, from which its window counts (RE-01).
    """

    name: DeliveryName | None
    manifest_sha256: str | None
    route: str
    transport: Mapping[str, Any] | None
    received_at: datetime
    received_on: date | None = None

    @property
    def delivery_id(self) -> str | None:
        """The delivery id, where it is known."""
        return str(self.name) if self.name else None

    @property
    def partner(self) -> str | None:
        """The partner, where it is known."""
        return self.name.partner if self.name else None


def lock_partner(conn: psycopg.Connection[Any], partner: str) -> None:
    """Let deliveries of one partner land one after the other, until the transaction ends."""
    conn.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"landing {partner}"])


def open_delivery(conn: psycopg.Connection[Any], receipt: Receipt, stands: Standing) -> int:
    """Record a delivery as loaded and return its key."""
    if stands.same_content is not None:
        conn.execute(
            "update control.deliveries set status = 'older', reason_code = 'sent_again', reason = %s"
            " where delivery_key = %s",
            [SENT_AGAIN, stands.same_content],
        )
    return _insert(conn, receipt, "loaded", content_sha256=stands.delivery.content_sha256)


def record_extract(
    conn: psycopg.Connection[Any],
    key: int,
    delivery: VerifiedDelivery,
    source: Source,
    counts: Counts,
    rejections: RejectionLog | MappedRejections,
) -> None:
    """Record one loaded extract, its rejected rows, and that it is the current snapshot."""
    manifest, extract = delivery.manifest, source.contract.name
    conn.execute(
        "insert into control.delivery_files"
        " (delivery_key, extract, sha256, bytes, rows_parsed, rows_loaded, rows_rejected, mapping)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        [key, extract, source.sha256, source.bytes, *counts, source.mapping],
    )
    record_rejections(conn, key, manifest.delivery, extract, rejections)
    conn.execute(
        "insert into control.current_snapshots"
        " (partner, extract, delivery_key, delivery_id, extract_date, rows_loaded, is_fallback)"
        " values (%s, %s, %s, %s, %s, %s, %s)"
        " on conflict (partner, extract) do update set delivery_key = excluded.delivery_key,"
        " delivery_id = excluded.delivery_id, extract_date = excluded.extract_date,"
        " rows_loaded = excluded.rows_loaded, is_fallback = excluded.is_fallback, trimmed_at = null",
        [
            manifest.partner,
            extract,
            key,
            manifest.delivery_id,
            manifest.extract_date,
            counts.loaded,
            source.is_fallback,
        ],
    )


def record_rejections(
    conn: psycopg.Connection[Any],
    key: int,
    name: DeliveryName,
    extract: str,
    rejections: RejectionLog | MappedRejections,
) -> None:
    """Record the rows of one extract that are not loaded."""
    statement = sql.SQL(
        "copy control.rejected_rows"
        " (delivery_key, delivery_id, partner, extract, file_name, line_number, column_name, reason_code) from stdin"
    ).format()
    rows = (
        (key, str(name), name.partner, extract, file, line, column, reason.value)
        for file, line, column, reason in rejections.entries()
    )
    copy_rows(conn, statement, rows)


def record_repeat(conn: psycopg.Connection[Any], receipt: Receipt, stands: Standing) -> None:
    """Record content that is loaded already: once per manifest. It proves the snapshot's newer date, if it has one."""
    content = stands.delivery.content_sha256
    if not _is_known(conn, receipt, ("loaded", "duplicate", "older")):
        _insert(conn, receipt, "duplicate", "duplicate", REPEATED, content)
    if stands.is_current:
        conn.execute(
            "update control.current_snapshots set extract_date = greatest(extract_date, %s) where delivery_key = %s",
            [stands.delivery.manifest.extract_date, stands.same_content],
        )


def record_late(conn: psycopg.Connection[Any], receipt: Receipt, delivery: VerifiedDelivery) -> None:
    """Record a delivery that is older than all it would replace: once per manifest."""
    if not _is_known(conn, receipt, ("older",)):
        _insert(conn, receipt, "older", "older", LATE, delivery.content_sha256)


def record_refusal(
    conn: psycopg.Connection[Any],
    receipt: Receipt,
    refusal: DeliveryRefused,
    rejections: Iterable[tuple[str, RejectionLog | MappedRejections]],
) -> None:
    """Record a refusal with the rejected rows that were found. The same refusal again only moves its time."""
    repeated = conn.execute(
        "update control.deliveries set received_at = %s where status = 'refused'"
        " and delivery_id is not distinct from %s and manifest_sha256 is not distinct from %s"
        " and reason_code = %s and reason = %s",
        [receipt.received_at, receipt.delivery_id, receipt.manifest_sha256, refusal.reason_code, str(refusal)],
    )
    if repeated.rowcount:
        return
    key = _insert(conn, receipt, "refused", refusal.reason_code, str(refusal))
    for extract, log in rejections:
        if receipt.name:
            record_rejections(conn, key, receipt.name, extract, log)


def _is_known(conn: psycopg.Connection[Any], receipt: Receipt, statuses: tuple[str, ...]) -> bool:
    row = conn.execute(
        "select 1 from control.deliveries where partner = %s and manifest_sha256 = %s and status = any(%s) limit 1",
        [receipt.partner, receipt.manifest_sha256, list(statuses)],
    ).fetchone()
    return row is not None


def _insert(
    conn: psycopg.Connection[Any],
    receipt: Receipt,
    status: str,
    reason_code: str | None = None,
    reason: str | None = None,
    content_sha256: str | None = None,
) -> int:
    row = conn.execute(
        _INSERT,
        {
            "delivery_id": receipt.delivery_id,
            "partner": receipt.partner,
            "extract_date": receipt.name.extract_date if receipt.name else None,
            "content_sha256": content_sha256,
            "manifest_sha256": receipt.manifest_sha256,
            "route": receipt.route,
            "status": status,
            "reason_code": reason_code,
            "reason": reason,
            "transport": Jsonb(dict(receipt.transport)) if receipt.transport is not None else None,
            "received_at": receipt.received_at,
            "received_on": receipt.received_on or london_today(receipt.received_at),
        },
    ).fetchone()
    if row is None:
        raise WarehouseError("control.deliveries gave no key for a new row")
    return row[0]
