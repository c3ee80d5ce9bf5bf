"""What the items of a published demo say: columns that tell nothing, and what is left when days pass without files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.agreement.model import Agreement
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.gate_kit import failed, run_tables
from tests.linkage.population import dbt

TABLE = "fct_person_indicators"
NUMBERS = ("total_absence_percent", "lateness_percent", "exclusions_current_year")
# Whoever is not in temporary accommodation is not shown.
ALWAYS_YES = "is_in_temporary_accommodation"
# Four items that children's care alone feeds; then education's, and what any service shows.
ANSWERS = """
    select
        count(has_child_protection_plan), count(is_child_in_care), count(is_child_in_need),
        count(is_at_risk_of_exploitation), count(has_ehcp), count(total_absence_percent),
        count(*) filter (where is_known_to_services = 'Y')
    from {}.fct_person_indicators
"""


def columns_that_tell_nothing(agreement: Agreement, facts: Sequence[dict[str, str]]) -> list[str]:
    """Item columns that are empty for everybody, flags without Y or without N, and numbers that never vary."""
    named = [name.partition(".") for item in agreement.items for name in item.columns]
    values = {column: {fact[column] for fact in facts} - {""} for table, _, column in named if table == TABLE}
    flags = {column for column in values if column.startswith(("is_", "has_"))} - {ALWAYS_YES}
    return [
        column
        for column, found in values.items()
        if not found or (column in flags and not {"Y", "N"} <= found) or (column in NUMBERS and len(found) < 2)
    ]


@dataclass(frozen=True)
class Later:
    """The candidate some days after the last file. `answers_…` count the filled cells of items, see `ANSWERS`."""

    answers_before: tuple[int, ...]
    answers_of_old_files: tuple[int, ...]
    answers_of_current_files: tuple[int, ...]
    partners: dict[str, tuple[str, str | None]]
    address_statuses: set[str]
    failed_checks: set[str]


def days_later(settings: Settings, days: int, folder: Path) -> Later:
    """Moves the run's clock, builds the items anew on the same files, judges who is shown, and moves the clock back."""
    move = "update agreement.run_context set as_at = as_at + {}"
    with connect(settings, "hl_loader") as conn:
        conn.execute(move.format(days).encode())
    try:
        dbt(settings, folder, "run", "--select", "staged", "matched", "items", "mart")
        return _read(settings)
    finally:
        with connect(settings, "hl_loader") as conn:
            conn.execute(move.format(-days).encode())


def _read(settings: Settings) -> Later:
    checks = failed(run_tables(settings, "dim_person"))
    with connect(settings, "hl_analyst") as conn:
        [before] = conn.execute(ANSWERS.format("mart").encode()).fetchall()
        [after] = conn.execute(ANSWERS.format("mart_candidate").encode()).fetchall()
        partners = conn.execute(
            "select partner, is_current, feeds_not_current from mart_candidate.dim_partner"
        ).fetchall()
        statuses = conn.execute(
            "select distinct address_status from mart_candidate.bridge_person_address where partner = 'fakeshire_csc'"
        ).fetchall()
    return Later(
        before,
        after[:4],
        after[4:],
        {row[0]: (row[1], row[2]) for row in partners},
        {row[0] for row in statuses},
        checks,
    )
