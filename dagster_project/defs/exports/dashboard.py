"""The dashboard export as a job: its password waits in the secrets folder until its user asks for it, once."""

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.exports.dashboard import export_dashboard
from dagster_project.governance.exports.passwords import keep_password


class DashboardExport(dg.Config):
    """For whom and for what: a user's login, and the id of a purpose of the agreement."""

    user: str
    purpose: str


@dg.op
def write_dashboard_export(context: dg.OpExecutionContext, config: DashboardExport, hearthlink: HearthlinkRun) -> None:
    """Write the export into the home's `exports`. What it holds and its password are in no log."""
    settings = hearthlink.settings()
    made = export_dashboard(settings, config.user, config.purpose, None)
    keep_password(settings, made.export_id, made.password)
    context.log.info(
        f"export {made.export_id}; its password: hearthlink export password {made.export_id} --as USER, shown once"
    )


@dg.job(name="export_dashboard", description="All that a user of the whole system reads, as an encrypted workbook")
def export_dashboard_job() -> None:
    """One step."""
    write_dashboard_export()
