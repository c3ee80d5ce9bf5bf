"""The sweep on its own: an export ends on its day, whether or not anything was published since."""

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.exports.sweep import sweep, unconfirmed_exports
from dagster_project.governance.opt_out import checks


@dg.op
def delete_due_exports(context: dg.OpExecutionContext, hearthlink: HearthlinkRun) -> None:
    """Delete what is due: exports that expired, hold somebody who left or whose user may have none; stale lists."""
    settings = hearthlink.settings()
    checks.sweep(settings)
    swept = sweep(settings)
    for warning in unconfirmed_exports(settings):
        context.log.warning(warning)
    if stuck := sum(export.status == "standing" for export in swept):
        raise dg.Failure(f"{stuck} export(s) could not be deleted: hearthlink export sweep says why")
    context.log.info(f"{len(swept)} export(s) swept")


@dg.job(name="sweep_exports", description="Delete exports that are due; the purge after a publish does so, too")
def sweep_exports_job() -> None:
    """One step."""
    delete_due_exports()


@dg.schedule(job=sweep_exports_job, cron_schedule="30 1 * * *", execution_timezone="Europe/London")
def nightly_sweep(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Every night before the run, which may not get as far as its purge."""
    return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat())
