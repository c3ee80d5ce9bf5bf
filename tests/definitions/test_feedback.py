"""Feedback informs: what fails in it is a warning that names whom it is about, and the run goes on."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_project.defs.feedback import quality, reports
from dagster_project.defs.resources import HOLDS_LOCK, HearthlinkRun
from dagster_project.governance.feedback.sending import Sent, Unsent
from dagster_project.governance.quality.pages import Pages

CANARY = "Zzyzxcanary"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a warehouse: nothing here needs one."""
    monkeypatch.setenv("HEARTHLINK_HOME", str(tmp_path))
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    monkeypatch.setattr(HearthlinkRun, "current", lambda _: ("p_1", date(2026, 11, 22), moment))
    return tmp_path


def run(asset: dg.AssetsDefinition) -> dg.AssetCheckEvaluation:
    """Materialise one asset; the run must succeed. Its one check."""
    result = dg.materialize([asset], resources={"hearthlink": HearthlinkRun()}, tags={HOLDS_LOCK: "true"})
    assert result.success
    [check] = result.get_asset_check_evaluations()
    return check


def reasons(check: dg.AssetCheckEvaluation) -> list[str]:
    said: Any = check.metadata["reasons"].value
    return said


def raising(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def report_assets() -> list[dg.AssetsDefinition]:
    found: Any = reports.reports().assets
    return list(found)


@pytest.mark.parametrize("place", [0, 1])
def test_a_report_that_was_not_delivered_is_a_warning_with_its_partner(
    monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    unsent = Unsent("northbank_ha", 2, "Nobody answers.")
    monkeypatch.setattr(reports, "send_reports", lambda *_, **__: Sent(1, (unsent,)))
    check = run(report_assets()[place])
    assert not check.passed and check.severity == dg.AssetCheckSeverity.WARN
    assert reasons(check) == ["northbank_ha: 2 report(s) not delivered, tried again in the next run. Nobody answers."]


def test_reports_that_were_delivered_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "send_reports", lambda *_, **__: Sent(3, ()))
    assert run(report_assets()[0]).passed


def test_what_cannot_be_measured_is_a_warning_without_the_drivers_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "measure_quality", raising(psycopg.errors.UndefinedTable(CANARY)))
    check = run(quality.delivery_quality)
    assert not check.passed and check.severity == dg.AssetCheckSeverity.WARN
    assert "UndefinedTable" in reasons(check)[0] and CANARY not in reasons(check)[0]


def test_a_folder_without_space_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "write_pages", raising(OSError(28, "No space left on device")))
    check = run(quality.quality_pages)
    assert not check.passed and "No space left on device" in reasons(check)[0]


def test_the_pages_are_linked(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    index = home / "quality" / "index.html"
    monkeypatch.setattr(quality, "write_pages", lambda *_: Pages(index, 7))
    result = dg.materialize(
        [quality.quality_pages], resources={"hearthlink": HearthlinkRun()}, tags={HOLDS_LOCK: "true"}
    )
    [made] = result.asset_materializations_for_node("feedback__quality_pages")
    assert made.metadata["page"].value == index.as_uri()
