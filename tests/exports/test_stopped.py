"""Whose processing is restricted, or who objected with success, is shown and exported no more, without a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.clock import london_today
from dagster_project.governance.access.audit import who_could_see
from dagster_project.governance.exports.catalogue import Made
from dagster_project.governance.exports.dashboard import export_dashboard
from dagster_project.governance.exports.planning.people import read_people
from dagster_project.governance.exports.requester import ExportRefused
from dagster_project.governance.rights import disputes, requests
from dagster_project.warehouse.connection import connect
from tests.council_kit import Pipeline
from tests.exports_kit import GROWN_UPS, OFFICER, PEOPLE, STEWARD, sheets

PURPOSE, WHY = "housing_priority", "asked by letter"
TABLES = ("dim_person", "fct_person_indicators", "bridge_person_address")
LEFT = "somebody in it left the mart or may not be exported any more"


@dataclass(frozen=True)
class Stopped:
    """A child who was exported, then restricted."""

    key: str
    made: Made
    request: requests.Stopped


@pytest.fixture(scope="module")
def stopped(council: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopped]:
    [(key,)] = council.rows("select person_key from mart.dim_person where first_name = 'Zephyrine'")
    assert key in seen_by(council, STEWARD, "dim_person") & seen_by(council, OFFICER, "dim_person")
    made = export_dashboard(council.settings, STEWARD, PURPOSE, tmp_path_factory.mktemp("out") / "before.xlsx")
    request = requests.restrict(council.settings, key, None, STEWARD, WHY)
    yield Stopped(key, made, request)
    requests.close(council.settings, request.request_id, STEWARD, WHY)
    assert key in seen_by(council, OFFICER, "dim_person")


def seen_by(council: Pipeline, login: str, table: str) -> set[str]:
    with connect(council.settings, login) as conn:
        return {key for (key,) in conn.execute(f"select person_key from mart.{table}".encode()).fetchall()}


def test_no_user_sees_the_person_any_more_and_everybody_else_as_before(council: Pipeline, stopped: Stopped) -> None:
    for table in TABLES:
        every = {key for (key,) in council.rows(f"select person_key from mart.{table}")}
        assert stopped.key in every, "no run has left the person out"
        for login in (STEWARD, OFFICER):
            assert seen_by(council, login, table) == every - {stopped.key}
    with connect(council.settings, OFFICER) as conn:
        households = conn.execute("select count(*) from mart.dim_household").fetchall()
    assert households == council.rows("select count(*) from mart.dim_household")


def test_a_reader_learns_nothing_of_whom_it_is_about(council: Pipeline, stopped: Stopped) -> None:
    with connect(council.settings, OFFICER, autocommit=True) as conn:
        [(tokens,)] = conn.execute("select access.stopped_tokens()").fetchall()
        assert len(tokens) == 1 and stopped.key not in tokens[0]
        for place in ("control.stopped_people", "control.stopped_records", "control.rights_requests"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"select * from {place}".encode())


def test_an_export_with_the_person_is_gone_and_a_new_one_is_without(
    council: Pipeline, stopped: Stopped, place: Path
) -> None:
    swept = {one.export_id: (one.status, one.reason) for one in stopped.request.exports}
    assert swept[stopped.made.export_id] == ("deleted", LEFT)
    assert not stopped.made.path.exists()
    made = export_dashboard(council.settings, STEWARD, PURPOSE, place / "after.xlsx")
    found = sheets(made.path, made.password)
    assert made.people == len(found["dim_person"]) == PEOPLE - 1 + GROWN_UPS + 1 - 1
    assert not [name for name, lines in found.items() if any(line.get("person_key") == stopped.key for line in lines)]


def test_a_planning_export_is_without_the_person(council: Pipeline, stopped: Stopped) -> None:
    [(publish_id,)] = council.rows("select publish_id from mart.publish_info")
    with connect(council.settings, "admin") as conn:
        people = read_people(conn, publish_id, frozenset({"gender"}))
    assert len(people) == PEOPLE - 1 + GROWN_UPS + 1 - 1
    assert stopped.key not in {person.person_key for person in people}
    assert {person.household_size for person in people} == {1}, "the hidden child of a household of two is not counted"


def test_who_could_see_the_person_ends_with_it(council: Pipeline, stopped: Stopped) -> None:
    _, viewers = who_could_see(council.settings, stopped.key, "I. Quill")
    assert {viewer.login for viewer in viewers} >= {STEWARD, OFFICER}
    assert all(viewer.until is not None for viewer in viewers)


def test_it_ends_with_its_last_day(council: Pipeline, stopped: Stopped) -> None:
    change = "update control.rights_requests set ends_on = %s where request_id = %s"
    with connect(council.settings, "admin", autocommit=True) as conn:
        conn.execute(change, [london_today(), stopped.request.request_id])
        try:
            assert stopped.key in seen_by(council, OFFICER, "dim_person")
        finally:
            conn.execute(change, [None, stopped.request.request_id])
    assert stopped.key not in seen_by(council, OFFICER, "dim_person")


def test_an_objection_stops_nothing_until_it_is_upheld(council: Pipeline, place: Path) -> None:
    """By the command, which says what became of exports, also of one that was moved."""
    [(key,)] = council.rows("select min(person_key) from mart.dim_person where first_name = 'Ada'")
    exported = export_dashboard(council.settings, STEWARD, PURPOSE, place / "export.xlsx")
    moved = export_dashboard(council.settings, STEWARD, PURPOSE, place / "moved.xlsx")
    moved.path.rename(place / "elsewhere.xlsx")
    made = requests.objection(council.settings, key, None, STEWARD, WHY)
    assert key in seen_by(council, OFFICER, "dim_person")
    words = ["person", "decide", str(made.request_id), "--outcome", "upheld", "--as", STEWARD, "--reason", WHY]
    told = CliRunner().invoke(app, [*words, "--home", str(council.settings.home)], env={"COLUMNS": "150"})
    assert told.exit_code == 0
    assert "from now on shown nowhere" in told.output
    assert exported.export_id in told.output and moved.export_id in told.output
    assert "a file is not known to be deleted" in told.output
    assert not exported.path.exists()
    assert key not in seen_by(council, OFFICER, "dim_person")
    requests.close(council.settings, made.request_id, STEWARD, WHY)
    assert key in seen_by(council, OFFICER, "dim_person")


def test_nothing_is_exported_while_the_mart_shows_a_disputed_item(council: Pipeline, place: Path) -> None:
    [(key,)] = council.rows("select min(person_key) from mart.dim_person where first_name = 'Ada'")
    made = disputes.dispute(council.settings, key, None, "last_name", STEWARD, WHY)
    with pytest.raises(ExportRefused, match="disputed since the last run began"):
        export_dashboard(council.settings, STEWARD, PURPOSE, place / "export.xlsx")
    assert not list(place.iterdir())
    requests.close(council.settings, made.request_id, STEWARD, WHY)
    assert export_dashboard(council.settings, STEWARD, PURPOSE, place / "export.xlsx").path.exists()
