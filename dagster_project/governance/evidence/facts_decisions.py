"""Facts about what people decided: whether it still holds at the very moment of publishing."""

from dagster_project.governance.evidence.world import Tally, World, none_found
from expectations.kept_apart import KEPT_APART, together

_TOGETHER = f"select count(*) {together('matched.person_records')}"
_ENTRIES = f"select count(*) from ({KEPT_APART}) as kept"  # noqa: S608 our own text


def records_kept_apart(world: World) -> Tally:
    """MA-01."""
    return none_found(world.rows(_ENTRIES)[0][0], world.rows(_TOGETHER)[0][0])
