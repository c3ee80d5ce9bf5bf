"""What there is to say about a delivery: its fate, its rows, the places of its faults. Codes, counts and lines only."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

# A delivery has something new to be told when it was never reported, when that failed, when its fate has changed, or
# when its identifiers have been counted since. Of deliveries with one id the newest speaks for all.
_DUE = """
    select
        delivery.delivery_key, delivery.delivery_id, delivery.partner, delivery.extract_date, delivery.route,
        delivery.status, delivery.reason_code, delivery.reason, counted.yes as has_quality,
        report.report_sha256, report.state
    from control.deliveries as delivery
    cross join lateral (
        select exists (
            select from control.delivery_quality as quality
            where quality.delivery_key = delivery.delivery_key and quality.measure = 'identifier_filled'
        ) as yes
    ) as counted
    left join control.partner_reports as report on delivery.delivery_key = report.delivery_key
    where
        delivery.partner = any(%(partners)s)
        and delivery.delivery_id is not null
        and delivery.route = any(%(routes)s)
        and (
            report.delivery_key is null
            or report.state = 'failed'
            or report.told_status <> delivery.status
            or report.told_reason is distinct from delivery.reason
            or report.told_quality <> counted.yes
        )
        and not exists (
            select from control.deliveries as newer
            where
                newer.partner = delivery.partner
                and newer.delivery_id = delivery.delivery_id
                and newer.delivery_key > delivery.delivery_key
        )
    order by delivery.delivery_key
"""
_FILES = """
    select extract, rows_parsed, rows_loaded, rows_rejected
    from control.delivery_files
    where delivery_key = %(key)s
    order by extract
"""
_MAPPED = """
    select file_name, mapping, rows_parsed, rows_loaded, rows_rejected, rows_passed_over
    from control.mapped_files
    where delivery_key = %(key)s
    order by file_number
"""
_REJECTED = """
    select extract, line_number, column_name, reason_code, file_name
    from control.rejected_rows
    where delivery_key = %(key)s
    order by extract, file_name, line_number, column_name
"""
_WARNINGS = "select warning from control.delivery_warnings where delivery_key = %(key)s order by warning"
_QUALITY = """
    select extract, measure, subject, counted, out_of
    from control.delivery_quality
    where delivery_key = %(key)s and (measure like 'identifier%%' or (measure = 'broken_reference' and counted > 0))
    order by extract, subject, measure
"""


@dataclass(frozen=True)
class DueReport:
    """A delivery whose partner has not been told how it stands now. `report_sha256` is what it was told last."""

    delivery_key: int
    delivery_id: str
    partner: str
    extract_date: date | None
    route: str
    status: str
    reason_code: str | None
    reason: str | None
    has_quality: bool
    report_sha256: str | None
    state: str | None


@dataclass(frozen=True)
class FileRows:
    """Rows of one loaded file; parsed = loaded + rejected."""

    extract: str
    rows_parsed: int
    rows_loaded: int
    rows_rejected: int


@dataclass(frozen=True)
class MappedFile:
    """Rows of one file that a mapping read; parsed = loaded + rejected + passed over by the mapping's own rules."""

    file_name: str
    mapping: str
    rows_parsed: int
    rows_loaded: int
    rows_rejected: int
    rows_passed_over: int


@dataclass(frozen=True)
class RejectedRow:
    """Where a row is that was not loaded, and why. `file_name` is not known of rows of before this was noted."""

    extract: str
    line_number: int
    column_name: str | None
    reason_code: str
    file_name: str | None = None


@dataclass(frozen=True)
class IdentifierCount:
    """How the values of one identifier fared: `filled` = valid + placeholder + invalid; `unlawful` are valid ones."""

    identifier: str
    rows: int
    filled: int
    valid: int
    placeholder: int
    invalid: int
    unlawful: int


@dataclass(frozen=True)
class BrokenReference:
    """Rows of an extract that name something which was not delivered: `subject` is `case_id in hou_homeless_cases`."""

    extract: str
    subject: str
    rows: int


@dataclass(frozen=True)
class Findings:
    """All that a report is made of."""

    delivery: DueReport
    files: tuple[FileRows, ...]
    rejected: tuple[RejectedRow, ...]
    identifiers: tuple[IdentifierCount, ...]
    broken: tuple[BrokenReference, ...] = ()
    warnings: tuple[str, ...] = ()
    mapped: tuple[MappedFile, ...] = ()


def due_reports(conn: psycopg.Connection[Any], partners: list[str], routes: list[str]) -> list[DueReport]:
    """Deliveries of those partners and routes whose partners have something new to be told, oldest first."""
    with conn.cursor(row_factory=class_row(DueReport)) as cursor:
        return cursor.execute(_DUE.encode(), {"partners": partners, "routes": routes}).fetchall()


def read_findings(conn: psycopg.Connection[Any], delivery: DueReport) -> Findings:
    """What is on record about one delivery."""
    key = {"key": delivery.delivery_key}
    with conn.cursor(row_factory=class_row(FileRows)) as cursor:
        files = cursor.execute(_FILES.encode(), key).fetchall()
    with conn.cursor(row_factory=class_row(MappedFile)) as cursor:
        mapped = cursor.execute(_MAPPED.encode(), key).fetchall()
    with conn.cursor(row_factory=class_row(RejectedRow)) as cursor:
        rejected = cursor.execute(_REJECTED.encode(), key).fetchall()
    with conn.cursor(row_factory=dict_row) as cursor:
        measured = cursor.execute(_QUALITY.encode(), key).fetchall()
    broken = [
        BrokenReference(row["extract"], row["subject"], row["counted"])
        for row in measured
        if row["measure"] == "broken_reference"
    ]
    identifiers = _identifiers([row for row in measured if row["measure"] != "broken_reference"])
    warnings = tuple(warning for (warning,) in conn.execute(_WARNINGS.encode(), key).fetchall())
    return Findings(delivery, tuple(files), tuple(rejected), identifiers, tuple(broken), warnings, tuple(mapped))


def _identifiers(measured: list[dict[str, Any]]) -> tuple[IdentifierCount, ...]:
    counts: dict[str, dict[str, int]] = {}
    for row in measured:
        counted = counts.setdefault(row["subject"], {"rows": row["out_of"]})
        counted[row["measure"].removeprefix("identifier_")] = row["counted"]
    return tuple(IdentifierCount(identifier, **values) for identifier, values in counts.items())
