"""The clock: UTC stamps, London dates, also on the nights when the clocks change."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from dagster_project.clock import london_today, utc_now


def test_now_is_aware_and_utc() -> None:
    assert utc_now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(datetime(2026, 11, 22, 23, 59, tzinfo=UTC), date(2026, 11, 22), id="winter, a minute to midnight"),
        pytest.param(datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30), id="summer, before London midnight"),
        pytest.param(datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1), id="summer, London is a day ahead"),
        pytest.param(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), date(2026, 3, 29), id="clocks go forward"),
        pytest.param(datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25), id="still summer time"),
        pytest.param(datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25), id="clocks went back"),
        pytest.param(datetime(2024, 2, 29, 12, 0, tzinfo=UTC), date(2024, 2, 29), id="leap day"),
        pytest.param(
            datetime(2026, 9, 1, 1, 0, tzinfo=timezone(timedelta(hours=9))), date(2026, 8, 31), id="another zone"
        ),
    ],
)
def test_the_date_is_londons(moment: datetime, expected: date) -> None:
    assert london_today(moment) == expected


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        london_today(datetime(2026, 6, 30, 23, 30))


def test_without_a_moment_it_is_today() -> None:
    before = london_today(utc_now())
    assert before <= london_today() <= london_today(utc_now())
