"""Partner feedback: a report on every delivery right after landing, and once more when its identifiers are counted."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance.feedback.sending import send_reports

LANDED = [dg.AssetKey(["raw", extract]) for extract in load_contracts()]
MEASURED = [dg.AssetKey(["feedback", "delivery_quality"])]


def _reports(name: str, after: list[dg.AssetKey], description: str) -> dg.AssetsDefinition:
    key = dg.AssetKey(["feedback", name])

    @dg.asset(
        key=key,
        deps=after,
        description=description,
        group_name="feedback",
        owners=["team:data_engineering"],
        kinds={"sftp", "file"},
        check_specs=[
            dg.AssetCheckSpec(
                "reports_delivered",
                asset=key,
                description="Every partner was told of its deliveries; what failed is tried again in the next run",
            )
        ],
    )
    def reports(hearthlink: HearthlinkRun) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        sent = send_reports(hearthlink.settings(), hearthlink.agreement(), use_dropbox=hearthlink.collect_dropbox)
        yield dg.MaterializeResult(metadata={"delivered": sent.delivered, "not_delivered": len(sent.unsent)})
        yield dg.AssetCheckResult(
            check_name="reports_delivered",
            passed=not sent.unsent,
            # A partner that is not told holds up no family: the run goes on, and the next one tries again.
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"reasons": [unsent.sentence for unsent in sent.unsent]},
        )

    return reports


@dg.definitions
def reports() -> dg.Definitions:
    """Reports after landing, which a run that stops there has sent too, and after measuring."""
    return dg.Definitions(
        assets=[
            _reports(
                "partner_reports",
                LANDED,
                "Rejected rows and refusals: into the drop-box, or into `outgoing/<partner>/` of the home",
            ),
            _reports(
                "completed_reports",
                MEASURED,
                "The reports of loaded deliveries under the same names, now with faulty identifiers and references",
            ),
        ]
    )
