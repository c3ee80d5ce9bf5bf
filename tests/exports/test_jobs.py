"""The jobs of exports as Dagster runs them: one makes an export, the one of the nightly schedule deletes those due."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.clock import london_today
from dagster_project.governance.exports.catalogue import read_exports
from dagster_project.governance.exports.passwords import take_password
from dagster_project.warehouse.connection import connect
from tests.council_kit import Pipeline
from tests.exports_kit import CANARIES, GROWN_UPS, OFFICER, PEOPLE, STEWARD, canaries_in, sheets

PURPOSE = "housing_priority"


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Dagster keeps its runs, events and logs."""
    return tmp_path_factory.mktemp("dagster")


@pytest.fixture(scope="module")
def instance(storage: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(storage)) as found:
        yield found


@pytest.fixture(scope="module")
def location(council: Pipeline) -> Iterator[dg.Definitions]:
    """The code location as it is loaded for this council, and its environment for as long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEARTHLINK_HOME", str(council.settings.home))
        patch.setenv("HEARTHLINK_AGREEMENT", str(council.settings.agreement_file))
        from dagster_project.definitions import defs

        yield defs()


def make(
    location: dg.Definitions, instance: dg.DagsterInstance, login: str, purpose: str = PURPOSE
) -> dg.ExecuteInProcessResult:
    asked = {"ops": {"write_dashboard_export": {"config": {"user": login, "purpose": purpose}}}}
    job = location.resolve_job_def("export_dashboard")
    return job.execute_in_process(run_config=asked, instance=instance, raise_on_error=False)


def sweep_as_the_schedule_does(location: dg.Definitions, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """Evaluate the tick of half past one and run what it asks for."""
    schedule = location.resolve_schedule_def("nightly_sweep")
    context = dg.build_schedule_context(instance, scheduled_execution_time=datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    [request] = schedule.evaluate_tick(context).run_requests or []
    job = location.resolve_job_def(schedule.job_name)
    return job.execute_in_process(
        run_config=request.run_config, tags=request.tags, instance=instance, raise_on_error=False
    )


def test_the_job_makes_an_export_whose_password_its_user_fetches_once(
    council: Pipeline, location: dg.Definitions, instance: dg.DagsterInstance, storage: Path
) -> None:
    before = {one.export_id for one in read_exports(council.settings)}
    assert make(location, instance, STEWARD).success
    [made] = [one for one in read_exports(council.settings) if one.export_id not in before]
    assert (made.kind, made.actor, made.status) == ("dashboard", STEWARD, "standing")
    password = take_password(council.settings, made.export_id, STEWARD)
    people = sheets(made.path, password)["dim_person"]
    assert len(people) == PEOPLE - 1 + GROWN_UPS + 1
    assert CANARIES[0] in {line["first_name"] for line in people}
    written = [path.read_bytes() for path in storage.rglob("*") if path.is_file()]
    assert any(made.export_id.encode() in part for part in written), "Dagster's own record of the run was searched"
    assert canaries_in(written) == set()
    assert not any(password.encode() in part for part in written)


@pytest.mark.parametrize(("login", "purpose"), [(OFFICER, PURPOSE), (STEWARD, "curiosity")])
def test_the_job_fails_where_the_agreement_does_not_allow_it(
    council: Pipeline, location: dg.Definitions, instance: dg.DagsterInstance, login: str, purpose: str
) -> None:
    before = council.rows("select count(*) from control.exports")
    assert not make(location, instance, login, purpose).success
    assert council.rows("select count(*) from control.exports") == before


def test_what_the_nightly_schedule_starts_deletes_what_is_due_and_leaves_the_rest(
    council: Pipeline, location: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    before = {one.export_id for one in read_exports(council.settings)}
    assert make(location, instance, STEWARD).success
    assert make(location, instance, STEWARD).success
    due, stays = [one for one in read_exports(council.settings) if one.export_id not in before]
    assert due.path.exists() and stays.path.exists()
    with connect(council.settings, "admin") as conn:
        expire = "update control.exports set expires_on = %s where export_id = %s"
        conn.execute(expire, [london_today(), due.export_id])
    assert sweep_as_the_schedule_does(location, instance).success
    status = {one.export_id: (one.status, one.reason) for one in read_exports(council.settings)}
    assert (status[due.export_id], status[stays.export_id]) == (("deleted", "it has expired"), ("standing", None))
    assert not due.path.exists() and stays.path.exists()
    kept = council.settings.secrets_dir / "export_passwords"
    assert {path.name for path in kept.iterdir()} == {f"{stays.export_id}.password"}


def test_a_sweep_that_cannot_delete_a_file_fails_its_run(
    council: Pipeline, location: dg.Definitions, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {one.export_id for one in read_exports(council.settings)}
    assert make(location, instance, STEWARD).success
    [made] = [one for one in read_exports(council.settings) if one.export_id not in before]
    with connect(council.settings, "admin") as conn:
        conn.execute(
            "update control.exports set expires_on = %s where export_id = %s", [london_today(), made.export_id]
        )

    def locked(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", locked)
        assert not sweep_as_the_schedule_does(location, instance).success
    assert made.path.exists()
    assert sweep_as_the_schedule_does(location, instance).success
    assert not made.path.exists()
