"""How linkage came out in a run, and what of it is kept: counts by closed lists, small ones suppressed in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from dagster_project.governance.errors import GovernanceError

_NOW = """
    select measure, breakdown, category, counted
    from matched.linkage_report
    order by measure, breakdown, category
"""
_RUN = "select publish_id, as_at from agreement.run_context"
_LAST = """
    select publish_id, as_at
    from control.publishes
    where publish_id in (select publish_id from control.linkage_history) and publish_id <> %s
    order by published_at desc
    limit 1
"""
_KEPT = """
    select measure, breakdown, category, counted
    from control.linkage_history
    where publish_id = %s
    order by measure, breakdown, category
"""
_KEEP = """
    insert into control.linkage_history (publish_id, measure, breakdown, category, counted)
    select %s, measure, breakdown, category, counted
    from matched.linkage_report
"""
ALL = ("all", "all")
PEOPLE_BREAKDOWNS = ("age_band", "sex", "naming_community", "accommodation")


@dataclass(frozen=True)
class Counts:
    """The counts of one run by (measure, breakdown, category); None where they are suppressed."""

    publish_id: str
    as_at: str
    counted: Mapping[tuple[str, str, str], int | None]

    def total(self, measure: str) -> int | None:
        """The whole of one measure."""
        return self.counted.get((measure, *ALL))

    def share(self, measure: str, breakdown: str = "all", category: str = "all") -> float | None:
        """The part of a category's people, 0 to 1; None where either count is suppressed or there is nobody."""
        some = self.counted.get((measure, breakdown, category))
        people = self.counted.get(("people", breakdown, category))
        return some / people if some is not None and people else None

    def categories(self, measure: str, breakdown: str) -> list[str]:
        """The categories of a breakdown in the order in which they are to be read."""
        found = [c for m, b, c in self.counted if (m, b) == (measure, breakdown)]
        return sorted(found, key=_reading_order)


@dataclass(frozen=True)
class LinkageReport:
    """This run's counts, and those of the last publish; None before the first."""

    now: Counts
    last: Counts | None

    def as_data(self) -> dict[str, Any]:
        """Plain data for the evidence pack, which `from_data` reads again."""
        return {"now": _as_data(self.now), "last": _as_data(self.last) if self.last else None}


def read_report(conn: psycopg.Connection[Any]) -> LinkageReport:
    """The report of the run that stands in the warehouse, as hl_publisher.

    Raises:
        GovernanceError: no run has begun.
    """
    run = conn.execute(_RUN).fetchone()
    if run is None:
        raise GovernanceError("No run has begun, so nothing was linked: run from the agreement on")
    now = _counts(run, conn.execute(_NOW.encode()).fetchall())
    last = conn.execute(_LAST.encode(), [run[0]]).fetchone()
    if last is None:
        return LinkageReport(now, None)
    return LinkageReport(now, _counts(last, conn.execute(_KEPT.encode(), [last[0]]).fetchall()))


def keep_report(conn: psycopg.Connection[Any], publish_id: str) -> None:
    """Keep the counts with the publish, in its transaction: the next run is held against them."""
    conn.execute(_KEEP.encode(), [publish_id])


def from_data(data: Mapping[str, Any]) -> LinkageReport:
    """The report that `as_data` wrote."""
    return LinkageReport(_from_data(data["now"]), _from_data(data["last"]) if data["last"] else None)


def _counts(run: tuple[Any, ...], rows: list[tuple[Any, ...]]) -> Counts:
    return Counts(run[0], str(run[1]), {(m, b, c): counted for m, b, c, counted in rows})


def _as_data(counts: Counts) -> dict[str, Any]:
    rows = [
        {"measure": measure, "breakdown": breakdown, "category": category, "counted": counted}
        for (measure, breakdown, category), counted in counts.counted.items()
    ]
    return {"publish_id": counts.publish_id, "as_at": counts.as_at, "counts": rows}


def _from_data(data: Mapping[str, Any]) -> Counts:
    counted = {(row["measure"], row["breakdown"], row["category"]): row["counted"] for row in data["counts"]}
    return Counts(data["publish_id"], data["as_at"], counted)


def _reading_order(category: str) -> tuple[bool, int, str]:
    """Ages as they rise, everything else by name; what is not known or not listed comes last."""
    begins = category.split(" ")[0]
    return category.startswith(("not ", "of a type", "none")), int(begins) if begins.isdigit() else 0, category
