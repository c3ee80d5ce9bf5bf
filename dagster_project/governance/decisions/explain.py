"""Why the records of a person belong together, told in sentences without values."""

from dataclasses import dataclass

import psycopg

from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect

_EXPLANATIONS = """
    select partner, weakest_tier, explanation
    from matched.link_explanations
    where person_key = %s
    order by steps, partner, explanation
"""


@dataclass(frozen=True)
class Explained:
    """One record of a person: whose it is, the weakest tier on the way to it, and the way in words."""

    partner: str
    weakest_tier: int
    explanation: str


def explain(settings: Settings, person_key: str) -> list[Explained]:
    """Every record of a person, the housing record in scope first.

    Raises:
        GovernanceError: nobody has that key in the matching of the last run.
    """
    try:
        with connect(settings, "hl_analyst") as conn:
            found = conn.execute(_EXPLANATIONS, [person_key]).fetchall()
    except psycopg.errors.UndefinedTable:
        found = []
    if not found:
        raise GovernanceError(
            f"Nobody has the key {person_key} in the last run: today's keys are in matched.people and mart.dim_person"
        )
    return [Explained(*row) for row in found]
