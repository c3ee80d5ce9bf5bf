"""Publish: the candidate becomes the mart, if the stored verdict says so."""

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.publish import publish


@dg.asset(
    key=["publish", "mart"],
    deps=[dg.AssetKey(["gate", "verdict"])],
    group_name="publish",
    owners=["team:information_governance"],
    kinds={"postgres", "powerbi"},
)
def published_mart(hearthlink: HearthlinkRun) -> dg.MaterializeResult:
    """The mart that Power BI reads: swapped in by rename, in one transaction."""
    publish_id, as_at, _ = hearthlink.current()
    result = publish(hearthlink.settings(), publish_id)
    return dg.MaterializeResult(
        metadata={
            "publish_id": publish_id,
            "as_at": as_at.isoformat(),
            "people": result.people,
            "published_at": dg.MetadataValue.timestamp(result.published_at),
            "mart_fingerprint": result.mart_fingerprint,
        }
    )
