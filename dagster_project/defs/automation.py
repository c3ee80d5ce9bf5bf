"""When things run: one job from the agreement to the mart, a sensor for new deliveries, a nightly schedule."""

import hashlib
import json

import dagster as dg

from dagster_project.extracts.delivery import find_deliveries
from dagster_project.settings import load_settings

# One process for the whole job: each step of its own would pay seconds of imports.
publish_mart = dg.define_asset_job(
    "publish_mart",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="From the agreement and the partners' deliveries to the published mart",
    tags={"hearthlink/publish": "true"},
)


@dg.sensor(job=publish_mart, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.STOPPED)
def new_deliveries(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Start a run when a delivery is complete in the inbox of the direct route (its manifest comes last)."""
    inbox = load_settings().inbox
    known: dict[str, str] = json.loads(context.cursor or "{}")
    seen = {
        manifest.relative_to(inbox).as_posix(): f"{manifest.stat().st_size}-{manifest.stat().st_mtime_ns}"
        for manifest in find_deliveries(inbox)
    }
    if not seen:
        return dg.SkipReason("no delivery in the inbox")
    changed = {name: stamp for name, stamp in seen.items() if known.get(name) != stamp}
    if not changed:
        return dg.SkipReason(f"none of the {len(seen)} deliveries in the inbox is new")
    run_key = hashlib.sha256(json.dumps(changed, sort_keys=True).encode()).hexdigest()
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=run_key)], cursor=json.dumps(seen, sort_keys=True))


@dg.schedule(job=publish_mart, cron_schedule="0 2 * * *", execution_timezone="Europe/London")
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Publish every night: people who left scope are gone by the morning, whether or not anything was delivered."""
    return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat())
