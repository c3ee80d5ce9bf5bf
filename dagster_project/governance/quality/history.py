"""The last deliveries of a partner and what was counted in them, as they stand in `control`. Counts only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row

# How many deliveries a page looks back.
DELIVERIES = 12
_Row = TypeVar("_Row")

_DELIVERIES = """
    select
        delivery_key, delivery_id, extract_date, route, status, reason_code,
        (select sum(rows_parsed) from control.delivery_files as file where file.delivery_key = delivery.delivery_key)
            ::bigint as rows_parsed,
        (select sum(rows_loaded) from control.delivery_files as file where file.delivery_key = delivery.delivery_key)
            ::bigint as rows_loaded,
        (select count(*) from control.rejected_rows as gone where gone.delivery_key = delivery.delivery_key)
            as rows_rejected
    from control.deliveries as delivery
    where partner = %(partner)s
    order by delivery_key desc
    limit %(limit)s
"""
_FILES = """
    select delivery_key, extract, rows_parsed, rows_loaded, rows_rejected
    from control.delivery_files
    where delivery_key = any(%(keys)s)
    order by extract, delivery_key desc
"""
_REASONS = """
    select delivery_key, extract, coalesce(column_name, '') as column_name, reason_code, count(*) as rows
    from control.rejected_rows
    where delivery_key = any(%(keys)s)
    group by 1, 2, 3, 4
    order by delivery_key desc, extract, column_name, reason_code
"""
_MEASURES = """
    select delivery_key, extract, measure, subject, counted, out_of
    from control.delivery_quality
    where delivery_key = any(%(keys)s)
    order by extract, subject, measure, delivery_key desc
"""
_CURRENT = """
    select
        current.extract, current.delivery_key, current.delivery_id, current.extract_date, current.rows_loaded,
        age.max_age_days
    from control.current_snapshots as current
    left join agreement.freshness as age on current.partner = age.partner and current.extract = age.extract
    where current.partner = %(partner)s
    order by current.extract
"""


@dataclass(frozen=True)
class PastDelivery:
    """One delivery. Rows are None where nothing was loaded; `rows_rejected` are those on the list of rejected rows."""

    delivery_key: int
    delivery_id: str | None
    extract_date: date | None
    route: str | None
    status: str
    reason_code: str | None
    rows_parsed: int | None
    rows_loaded: int | None
    rows_rejected: int


@dataclass(frozen=True)
class FileCount:
    """Rows of one file of a delivery."""

    delivery_key: int
    extract: str
    rows_parsed: int
    rows_loaded: int
    rows_rejected: int


@dataclass(frozen=True)
class ReasonCount:
    """Rejected rows of a delivery by place and reason."""

    delivery_key: int
    extract: str
    column_name: str
    reason_code: str
    rows: int


@dataclass(frozen=True)
class Measure:
    """What was counted in a delivery: `counted` of `out_of` rows of the extract."""

    delivery_key: int
    extract: str
    measure: str
    subject: str
    counted: int
    out_of: int


@dataclass(frozen=True)
class Snapshot:
    """What of an extract stands in the warehouse now. `max_age_days`: how old it may be; None for public data."""

    extract: str
    delivery_key: int
    delivery_id: str
    extract_date: date
    rows_loaded: int
    max_age_days: int | None

    def is_current(self, as_at: date) -> bool:
        """Whether it may still say something about that day."""
        return self.max_age_days is None or (as_at - self.extract_date).days <= self.max_age_days


@dataclass(frozen=True)
class History:
    """One partner: its last deliveries, newest first, and what is known of them."""

    deliveries: tuple[PastDelivery, ...]
    files: tuple[FileCount, ...]
    reasons: tuple[ReasonCount, ...]
    measures: tuple[Measure, ...]
    current: tuple[Snapshot, ...]

    def counts(self, extract: str, measure: str, subject: str) -> list[Measure]:
        """One measure over the deliveries, newest first."""
        return [one for one in self.measures if (one.extract, one.measure, one.subject) == (extract, measure, subject)]

    def subjects(self, measure: str) -> list[tuple[str, str]]:
        """Extract and subject of everything that was counted by that measure in the snapshots that stand now."""
        newest = {(snapshot.extract, snapshot.delivery_key) for snapshot in self.current}
        return [
            (one.extract, one.subject)
            for one in self.measures
            if one.measure == measure and (one.extract, one.delivery_key) in newest
        ]


def read_history(conn: psycopg.Connection[Any], partner: str) -> History:
    """What is on record about a partner's last deliveries and about those that its snapshots come from."""
    values: dict[str, Any] = {"partner": partner, "limit": DELIVERIES}
    deliveries = _read(conn, PastDelivery, _DELIVERIES, values)
    current = _read(conn, Snapshot, _CURRENT, values)
    keys = {delivery.delivery_key for delivery in deliveries} | {snapshot.delivery_key for snapshot in current}
    values["keys"] = sorted(keys)
    return History(
        tuple(deliveries),
        tuple(_read(conn, FileCount, _FILES, values)),
        tuple(_read(conn, ReasonCount, _REASONS, values)),
        tuple(_read(conn, Measure, _MEASURES, values)),
        tuple(current),
    )


def _read(conn: psycopg.Connection[Any], kind: type[_Row], query: str, values: Mapping[str, Any]) -> list[_Row]:
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
