"""A held partner's delivery in a real database: recorded with the reason, not loaded, in nobody else's way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dagster_project.governance import intake
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.agreement_kit import agreement_of, changed, real
from tests.extracts_kit import DAY, PERSONS, make_delivery, persons

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
PARTNER = "fakeshire_asc"
NUMBER = 4


def deliver(settings: Settings, folder: Path, sequence: int, expires: str) -> tuple[str, str | None]:
    """Land one delivery under an agreement whose assurance of the partner expires on that day."""
    agreement = agreement_of(
        changed(real(enacted="2026-01-01", review_by="2026-12-31"), {f"partners/{NUMBER}/assurance/expires": expires})
    )
    manifest = make_delivery(folder / str(sequence), {PERSONS: persons(3)}, PARTNER, DAY, sequence)
    [result] = intake.land_all(settings, agreement, [manifest], DAY)
    return result.status, result.reason_code


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with connect(settings, "admin") as conn:
        return conn.execute(query.encode()).fetchall()


@pytest.fixture(scope="module")
def story(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """Held, and landed again once the assurance is renewed: what was recorded and what blocked each time."""
    folder, told = tmp_path_factory.mktemp("deliveries"), []
    for expires in ((DAY - timedelta(days=1)).isoformat(), DAY.isoformat()):
        outcome = deliver(own_warehouse, folder, len(told) + 1, expires)
        stored = rows(own_warehouse, "select status, reason_code, reason from control.deliveries order by delivery_key")
        current = rows(own_warehouse, "select count(*) from control.current_snapshots")
        told.append((outcome, stored[-1], current[0][0], intake.holding_refusals(own_warehouse, BEGINNING)))
    return told


def test_it_is_refused_and_recorded_with_clause_and_fix(story: list[tuple[Any, ...]]) -> None:
    outcome, (status, code, reason), loaded, _ = story[0]
    assert outcome == (status, code) == ("refused", intake.HELD)
    assert "SE-09" in reason and "assurance.expires" in reason
    assert loaded == 0


def test_it_holds_up_nobody_else(story: list[tuple[Any, ...]]) -> None:
    assert story[0][3] == []


def test_once_the_assurance_is_renewed_it_is_loaded(story: list[tuple[Any, ...]]) -> None:
    outcome, (status, _, _), loaded, _ = story[1]
    assert (outcome[0], status, loaded) == ("loaded", "loaded", 1)
