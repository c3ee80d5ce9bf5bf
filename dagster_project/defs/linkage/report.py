"""The linkage report of the run on Dagster's page, whether or not the gate lets the run through."""

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.linkage.markdown import picture_as_markdown, tables_as_markdown
from dagster_project.governance.linkage.report import read_report
from dagster_project.warehouse.connection import connect


@dg.asset(
    key=["linkage", "report"],
    deps=[dg.AssetKey(["matched", "linkage_report"])],
    group_name="linkage",
    owners=["team:linkage"],
    kinds={"postgres"},
)
def linkage_report(hearthlink: HearthlinkRun) -> dg.MaterializeResult:
    """Links, questions for review and people by closed lists, beside those of the last publish; small counts hidden."""
    with connect(hearthlink.settings(), "hl_publisher") as conn:
        report = read_report(conn)
    return dg.MaterializeResult(
        metadata={
            "publish_id": report.now.publish_id,
            "picture": dg.MetadataValue.md(picture_as_markdown(report)),
            "tables": dg.MetadataValue.md(tables_as_markdown(report)),
        }
    )
