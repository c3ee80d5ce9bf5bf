"""What several commands are given: a running installation, a partner's record."""

from pathlib import Path

from dagster_project.cli_output import fail
from dagster_project.settings import Settings, load_settings


def running(home: Path | None, agreement: Path | None = None) -> Settings:
    """The settings, with the warehouse up. Raises WarehouseError where it cannot be."""
    from dagster_project.warehouse.bootstrap import ensure_warehouse

    settings = load_settings(home, agreement)
    ensure_warehouse(settings)
    return settings


def partner_and_id(text: str) -> tuple[str, str]:
    """The two parts of `PARTNER:ID`. What is written otherwise ends the command."""
    partner, _, record_id = text.partition(":")
    if not partner.strip() or not record_id.strip():
        fail("a record is written as PARTNER:ID, for example fakeshire_csc:700001")
    return partner.strip(), record_id.strip()
