"""School terms around a day, as counts of half-day sessions."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Term:
    """One term of an academic year, cut off at the council's day. `sessions` counts half days."""

    period: str
    start: date
    end: date
    sessions: int


def first_september(as_at: date) -> date:
    """The first day of the academic year that holds a day (it runs from 1 September to 31 August)."""
    return date(as_at.year if as_at.month >= 9 else as_at.year - 1, 9, 1)


def academic_year(as_at: date) -> str:
    """The year's name, such as 2026/27."""
    start = first_september(as_at).year
    return f"{start}/{(start + 1) % 100:02d}"


def terms(as_at: date) -> list[Term]:
    """The terms of the current academic year that have begun, oldest first; empty in the first days of September."""
    year = first_september(as_at).year
    bounds = (
        ("AUT", date(year, 9, 3), date(year, 12, 18), date(year, 10, 26)),
        ("SPR", date(year + 1, 1, 5), date(year + 1, 3, 27), date(year + 1, 2, 16)),
        ("SUM", date(year + 1, 4, 13), date(year + 1, 7, 21), date(year + 1, 5, 25)),
    )
    return [
        Term(period, start, min(end, as_at), _sessions(start, min(end, as_at), half_term))
        for period, start, end, half_term in bounds
        if start <= as_at
    ]


def _sessions(start: date, end: date, half_term: date) -> int:
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    taught = [day for day in days if day.weekday() < 5 and not half_term <= day < half_term + timedelta(days=7)]
    return 2 * len(taught)


def years_before(day: date, years: int, days: int = 0) -> date:
    """A day some years and days earlier; 29 February becomes 28 February."""
    try:
        earlier = day.replace(year=day.year - years)
    except ValueError:
        earlier = day.replace(year=day.year - years, day=28)
    return earlier - timedelta(days=days)
