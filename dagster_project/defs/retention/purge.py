"""After the publish: whoever is out of scope is gone from every layer and file."""

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.retention.purge import purge


@dg.asset(
    key=["retention", "purge"],
    deps=[dg.AssetKey(["publish", "mart"])],
    group_name="retention",
    owners=["team:information_governance"],
    kinds={"postgres", "file"},
)
def purge_after_publish(hearthlink: HearthlinkRun) -> dg.MaterializeResult:
    """Rows, files and old schemas of people out of scope are deleted, with tombstones; counts only.

    A purge that fails leaves the publish as it is; the next run does it again before anything else.
    """
    publish_id, as_at, _ = hearthlink.current()
    done = purge(
        hearthlink.settings(),
        hearthlink.agreement(),
        publish_id,
        as_at,
        hearthlink.folders(),
        use_dropbox=hearthlink.collect_dropbox,
    )
    return dg.MaterializeResult(metadata={"publish_id": publish_id, **done.counts})
