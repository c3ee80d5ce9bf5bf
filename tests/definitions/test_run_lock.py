"""One run at a time: runs of the UI hold the same lock as the command, and a killed command leaves nothing hanging."""

import dagster as dg
import pytest

from dagster_project.defs import launch
from dagster_project.defs.resources import HOLDS_LOCK, HearthlinkRun
from dagster_project.settings import Settings
from dagster_project.warehouse.lock import RunInProgress, run_lock


@dg.asset
def probe(hearthlink: HearthlinkRun) -> None:
    """Does nothing, with the resource of every step."""
    assert hearthlink.as_at_date()


def run(tags: dict[str, str]) -> bool:
    return dg.materialize([probe], resources={"hearthlink": HearthlinkRun()}, tags=tags, raise_on_error=False).success


def test_a_run_of_the_ui_is_refused_while_a_command_works(warehouse: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHLINK_HOME", str(warehouse.home))
    with run_lock(warehouse):
        assert not run({})
        assert run({HOLDS_LOCK: "true"})
    assert run({})


def test_a_command_is_refused_while_the_ui_works(warehouse: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTHLINK_HOME", str(warehouse.home))

    @dg.asset
    def meanwhile(hearthlink: HearthlinkRun) -> None:
        with pytest.raises(RunInProgress), run_lock(hearthlink.settings()):
            pass

    assert dg.materialize([meanwhile], resources={"hearthlink": HearthlinkRun()}).success


def test_a_killed_command_does_not_hold_up_the_queue() -> None:
    with dg.DagsterInstance.ephemeral() as instance:

        def started(run_id: str, tags: dict[str, str]) -> None:
            instance.add_run(
                dg.DagsterRun(job_name="publish_mart", run_id=run_id, status=dg.DagsterRunStatus.STARTED, tags=tags)
            )

        started("00000000-0000-0000-0000-000000000001", {HOLDS_LOCK: "true"})
        started("00000000-0000-0000-0000-000000000002", {})
        launch._close_killed_runs(instance)
        states = {run.run_id[-1]: run.status for run in instance.get_runs()}
    assert states == {"1": dg.DagsterRunStatus.FAILURE, "2": dg.DagsterRunStatus.STARTED}
