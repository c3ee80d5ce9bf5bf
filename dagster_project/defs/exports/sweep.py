"""After the publish: exports that are due are deleted, so that whoever left the mart is in no file either."""

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.exports.sweep import sweep, unconfirmed_exports
from dagster_project.governance.opt_out import checks


@dg.asset(
    key=["exports", "sweep"],
    deps=[dg.AssetKey(["publish", "mart"])],
    group_name="exports",
    owners=["team:information_governance"],
    kinds={"postgres", "file"},
)
def swept_exports(hearthlink: HearthlinkRun) -> dg.MaterializeResult:
    """Exports that expired, hold somebody who left or whose user may have none; and opt-out lists past their day."""
    settings = hearthlink.settings()
    checks.sweep(settings)
    swept = sweep(settings)
    if stuck := [export.export_id for export in swept if export.status == "standing"]:
        raise dg.Failure(f"{len(stuck)} export(s) could not be deleted: hearthlink export sweep says why")
    return dg.MaterializeResult(
        metadata={
            "deleted": sum(export.status == "deleted" for export in swept),
            "unconfirmed": sum(export.status == "unconfirmed" for export in swept),
            "warnings": dg.MetadataValue.md("\n".join(f"- {one}" for one in unconfirmed_exports(settings)) or "none"),
        }
    )
