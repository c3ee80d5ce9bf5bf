"""Where the agreement's clock stops the pipeline: at the door, in the agreement's tables and at publishing."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dagster_project.agreement import loader
from dagster_project.agreement.loader import RunContext
from dagster_project.agreement.model import AgreementError
from dagster_project.governance import intake, publish
from dagster_project.settings import Settings, load_settings
from tests.agreement_kit import agreement_of, changed, real, write

REVIEW = date(2027, 3, 31)


def test_a_held_partners_delivery_is_refused_at_the_door_with_the_reason() -> None:
    agreement = agreement_of(changed(real(), {"partners/2/assurance/expires": "2026-11-21"}))
    terms = intake.OpenTerms(agreement, date(2026, 11, 22))
    with pytest.raises(intake.PartnerHeld, match="SE-09") as held:
        terms.partner("northbank_ha")
    assert held.value.reason_code == intake.HELD
    assert terms.partner("fakeshire_ta").kind == "temporary_accommodation"
    with pytest.raises(AgreementError, match="HD-06"):
        terms.partner("somebody_else")


def test_the_query_for_holding_refusals_leaves_held_partners_out() -> None:
    assert f"is distinct from '{intake.HELD}'" in intake.HOLDING_REFUSALS


def test_data_of_a_partner_without_a_statement_reaches_no_table() -> None:
    agreement = agreement_of(changed(real(), {"partners/5/privacy_statement": {}}))
    context = RunContext("p", date(2026, 11, 22), "0" * 64, datetime(2026, 11, 22, tzinfo=UTC))
    tables = loader._tables(agreement, context)
    for table in ("partners", "lawful_identifiers"):
        assert "fakeshire_edu" not in {row[0] for row in tables[table][1]}
        assert "fakeshire_csc" in {row[0] for row in tables[table][1]}


class OneRow:
    """A connection to a warehouse whose run is about one day."""

    def __init__(self, as_at: date) -> None:
        self.as_at = as_at

    def execute(self, _: str) -> Any:
        return SimpleNamespace(fetchone=lambda: (self.as_at,))


def settings_with(path: Path) -> Settings:
    return load_settings(path.parent / "home", path)


def test_publishing_stops_after_the_review_day(tmp_path: Path) -> None:
    settings = settings_with(write(tmp_path, real()))
    publish._require_in_force(settings, cast(Any, OneRow(REVIEW)))
    with pytest.raises(publish.PublishRefused, match="HD-04"):
        publish._require_in_force(settings, cast(Any, OneRow(REVIEW + timedelta(days=1))))
    with pytest.raises(publish.PublishRefused, match="HD-03"):
        publish._require_in_force(settings, cast(Any, OneRow(date(2026, 3, 31))))
