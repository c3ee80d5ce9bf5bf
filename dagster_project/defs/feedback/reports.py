"""Partner feedback: a report on every delivery, also when the run stops right after."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance.feedback.sending import send_reports

REPORTS = dg.AssetKey(["feedback", "partner_reports"])


@dg.asset(
    key=REPORTS,
    deps=[dg.AssetKey(["raw", extract]) for extract in load_contracts()],
    group_name="feedback",
    owners=["team:data_engineering"],
    kinds={"sftp", "file"},
    check_specs=[
        dg.AssetCheckSpec(
            "reports_delivered",
            asset=REPORTS,
            description="Every partner was told what became of its deliveries; what failed is tried in the next run",
        )
    ],
)
def partner_reports(hearthlink: HearthlinkRun) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Reports of rejected rows and refusals: into the drop-box, or into `outgoing/<partner>/` of the home."""
    sent = send_reports(hearthlink.settings(), hearthlink.agreement(), use_dropbox=hearthlink.collect_dropbox)
    yield dg.MaterializeResult(metadata={"delivered": sent.delivered, "not_delivered": len(sent.unsent)})
    yield dg.AssetCheckResult(
        check_name="reports_delivered",
        passed=not sent.unsent,
        # A partner that is not told holds up no family: the run goes on, and the next one tries again.
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"reasons": [unsent.sentence for unsent in sent.unsent]},
    )
