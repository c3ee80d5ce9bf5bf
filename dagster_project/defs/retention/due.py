"""Before anything is built: records past their own period are listed for their owners, and our copies of them go."""

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.retention.due import apply_due


@dg.asset(
    key=["retention", "due"],
    deps=[dg.AssetKey(["control", "current_snapshots"])],
    group_name="retention",
    owners=["team:information_governance"],
    kinds={"postgres"},
)
def due(hearthlink: HearthlinkRun) -> dg.MaterializeResult:
    """The host systems' periods R1 to R6 over what was delivered; counts only."""
    publish_id, as_at, _ = hearthlink.current()
    found = apply_due(hearthlink.settings(), publish_id, as_at)
    return dg.MaterializeResult(metadata={"publish_id": publish_id, **vars(found)})
