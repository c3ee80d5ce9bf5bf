"""The one clock: stamps are UTC, calendar dates are London dates."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def london_today(now: datetime | None = None) -> date:
    """The London calendar date at `now` (aware; default: the present moment).

    Raises ValueError for a moment without a time zone: near midnight a guess would be a day out.
    """
    moment = utc_now() if now is None else now
    if moment.tzinfo is None:
        raise ValueError("london_today needs a moment with a time zone; give a UTC datetime")
    return moment.astimezone(LONDON).date()
