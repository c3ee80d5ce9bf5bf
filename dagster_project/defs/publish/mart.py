"""Publish: the candidate becomes the mart, if the stored verdict says so."""

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.evidence.pack import PAGE
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
            "evidence_page": dg.MetadataValue.url((result.evidence / PAGE).as_uri()),
            # A browser may refuse to follow a link from the UI to a file: then the path is there to be copied.
            "evidence_folder": dg.MetadataValue.path(str(result.evidence)),
            "evidence_sha256": result.pack_sha256,
            "warnings": dg.MetadataValue.md("\n".join(f"- {warning}" for warning in result.warnings) or "none"),
            **{f"person_keys_{name}": count for name, count in vars(result.keys).items()},
            **{f"clauses_{name.lower().replace(' ', '_')}": count for name, count in result.clauses.items()},
        }
    )
