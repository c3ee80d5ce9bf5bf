"""Run the publish job headless, in this process, telling the caller how each step goes."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import uuid4

import dagster as dg

from dagster_project.defs.resources import HOLDS_LOCK
from dagster_project.settings import Settings, export_environment, prepare_home
from dagster_project.warehouse.connection import connection_env
from dagster_project.warehouse.lock import run_lock

PUBLISH_STEP = "publish__mart"
INSTANCE_FILE = """\
# Dagster's own settings for this installation. Nothing is sent anywhere; one run at a time.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""


@dataclass
class JobOutcome:
    """How a run ended: the steps that failed, each with a sentence.

    A run may have published and yet not succeeded: the purge after the publish did not come to its end.
    """

    run_id: str
    published: bool = False
    succeeded: bool = False
    failures: list[str] = field(default_factory=list)


def prepare_instance(settings: Settings) -> None:
    """Make DAGSTER_HOME and hand this installation's places to Dagster and to the code location."""
    prepare_home(settings)
    config = settings.dagster_home / "dagster.yaml"
    if not config.is_file():
        config.write_text(INSTANCE_FILE, encoding="utf-8")
    export_environment(
        {
            "DAGSTER_HOME": str(settings.dagster_home),
            "HEARTHLINK_HOME": str(settings.home),
            "HEARTHLINK_AGREEMENT": str(settings.agreement_file),
            "GX_ANALYTICS_ENABLED": "false",
            # Known before the code location loads, so that dbt parses once for loading and building.
            **connection_env(settings, "hl_dbt"),
        }
    )


def run_publish_job(
    settings: Settings,
    deliveries: Sequence[Path],
    as_at: date,
    collect_dropbox: bool,
    on_step: Callable[[str, str], None],
) -> JobOutcome:
    """Run `publish_mart` from the agreement to the published mart.

    `on_step(step, state)` is called with state start, success or failure. What dbt and Dagster print goes
    to `logs/<run id>.log`, which holds no data. Two runs cannot overlap.

    Raises:
        RunInProgress: another run holds the lock of this warehouse.
    """
    prepare_instance(settings)
    outcome = JobOutcome(run_id=str(uuid4()))
    log_file = settings.logs_dir / f"{outcome.run_id}.log"
    with (
        run_lock(settings),
        log_file.open("w", encoding="utf-8") as log,
        redirect_stdout(log),
        redirect_stderr(log),
        dg.DagsterInstance.get() as instance,
    ):
        _close_killed_runs(instance)
        instance.add_event_listener(outcome.run_id, lambda event: _note(event, outcome, on_step))
        result = _job().execute_in_process(
            run_config=_run_config(deliveries, as_at, collect_dropbox),
            instance=instance,
            run_id=outcome.run_id,
            raise_on_error=False,
            tags={HOLDS_LOCK: "true"},
        )
    outcome.succeeded = result.success
    return outcome


def _close_killed_runs(instance: dg.DagsterInstance) -> None:
    """Runs that Dagster believes are going on in a command that was killed would hold up its queue for ever.

    The caller holds the run lock, so no other command's run can be alive.
    """
    alive = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.NOT_STARTED]
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=alive, tags={HOLDS_LOCK: "true"})):
        instance.report_run_failed(run, "the command that ran it was killed")


def _job() -> dg.JobDefinition:
    # Imported here: loading the code location parses the dbt project when it has changed.
    from dagster_project.definitions import defs

    return defs().resolve_job_def("publish_mart")


def _run_config(deliveries: Sequence[Path], as_at: date, collect_dropbox: bool) -> dict[str, object]:
    return {
        "resources": {
            "hearthlink": {
                "config": {
                    "as_at": as_at.isoformat(),
                    "deliveries": [str(folder.resolve()) for folder in deliveries],
                    "collect_dropbox": collect_dropbox,
                }
            }
        },
        "loggers": {"console": {"config": {"log_level": "INFO"}}},
    }


def _note(event: dg.EventLogEntry, outcome: JobOutcome, on_step: Callable[[str, str], None]) -> None:
    happened = event.dagster_event
    if happened is None or happened.step_key is None:
        return
    if happened.event_type == dg.DagsterEventType.STEP_START:
        on_step(happened.step_key, "start")
    elif happened.event_type == dg.DagsterEventType.STEP_SUCCESS:
        outcome.published |= happened.step_key == PUBLISH_STEP
        on_step(happened.step_key, "success")
    elif happened.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        outcome.failures.extend(_failed_check(happened))
    elif happened.event_type == dg.DagsterEventType.STEP_FAILURE:
        outcome.failures.extend(_cause(happened))
        on_step(happened.step_key, "failure")


def _failed_check(happened: dg.DagsterEvent) -> list[str]:
    check = happened.asset_check_evaluation_data
    if check.passed:
        return []
    reasons = check.metadata.get("reasons")
    said = reasons.value if isinstance(reasons, dg.JsonMetadataValue) else None
    name = f"{check.asset_key.to_user_string()} {check.check_name}"
    return [f"{name}: {reason}" for reason in said] if isinstance(said, list) else [name]


def _cause(happened: dg.DagsterEvent) -> list[str]:
    """The root of a step's failure, first line; nothing where failed checks have said it already."""
    error = happened.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None or error.cls_name == "DagsterAssetCheckFailedError":
        return []
    return [f"{happened.step_key}: {error.message.strip().splitlines()[0]}"]


def serve_ui(settings: Settings, port: int) -> int:
    """Serve the Dagster UI and its daemon on 127.0.0.1 until interrupted; the exit code of the server."""
    command = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1"]
    try:
        return subprocess.call([*command, "-p", str(port)], cwd=settings.project_root)  # noqa: S603 - our own words
    except KeyboardInterrupt:
        return 0
