"""A family's stay ends: after the next run nothing of them is left anywhere, unless the agreement or a hold says so."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from dagster_project.agreement.model import load_agreement
from dagster_project.governance.access.scopes import Scope
from dagster_project.governance.exports.catalogue import Made
from dagster_project.governance.exports.dashboard import export_dashboard
from dagster_project.governance.exports.planning.people import read_numbers, read_people
from dagster_project.governance.retention.legal_hold import add_hold, release_hold
from dagster_project.governance.retention.purge import purge
from dagster_project.governance.retention.record_hash import read_key, record_hmac
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.access_kit import let_in
from tests.council_kit import Pipeline, with_lines
from tests.linkage.population import nhs_number
from tests.retention_kit import LAST_NAMES, Found, Town, deliver_files, ended, rows, search

DAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Story:
    """What was found at each step of two days."""

    settings: Settings
    town: Town
    shown: dict[str, set[str]]
    found: dict[str, Found]
    strangers: dict[str, Found]
    on_hold: Found
    exported: Made
    counts: dict[str, dict[str, int]]


def shown(settings: Settings) -> set[str]:
    names = {last for (last,) in rows(settings, "select last_name from mart.dim_person")}
    return {name for name, last in LAST_NAMES.items() if last in names}


@pytest.fixture(scope="module")
def story(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("agreements")
    town = Town()
    for number, name in enumerate(("stays", "leaves", "rents", "inquiry"), start=1):
        town.add(name, number, tenant=name == "rents")
    town.records["stranger"] = [
        ("fakeshire_edu", town.council.pupil(f"Bo {LAST_NAMES['stranger']}", "2015-05-05", nhs_number=nhs_number(9)))
    ]
    narrow = own_warehouse.agreement_file.read_text(encoding="utf-8")
    wide = with_lines(narrow, ("  hold_while: temporary_accommodation", "  hold_while: social_housing"))
    at_once = with_lines(
        wide, (next(line for line in wide.splitlines() if "raw_keep_days: 7" in line), "  raw_keep_days: 0")
    )
    pipeline = Pipeline(own_warehouse, folder / "target")
    seen, found, strangers, counts = {}, {}, {}, {}

    def run(publish_id: str, day: date, text: str) -> None:
        agreement = folder / f"{publish_id}.yaml"
        agreement.write_text(text, encoding="utf-8")
        step = pipeline.under(agreement)
        step.begin(publish_id, day)
        step.dbt("run", "--select", "staged", "matched", "items", "mart")
        step.publish(publish_id)
        seen[publish_id] = shown(own_warehouse)
        clear(publish_id, day, text)

    def clear(publish_id: str, day: date, text: str, name: str = "") -> None:
        agreement = folder / f"{publish_id}{name}.yaml"
        agreement.write_text(text, encoding="utf-8")
        settings = replace(own_warehouse, agreement_file=agreement)
        done = purge(settings, load_agreement(agreement), publish_id, day, use_dropbox=False)
        label = f"{publish_id}{name}"
        counts[label] = done.counts
        found[label] = search(own_warehouse, town.values("leaves"))
        strangers[label] = search(own_warehouse, town.values("stranger"))

    pipeline.dbt("seed")
    deliver_files(own_warehouse, town.council, DAY)
    run("one", DAY, narrow)
    let_in(own_warehouse, "stella.fenwick", "data_steward", Scope())
    as_one = replace(own_warehouse, agreement_file=folder / "one.yaml")
    exported = export_dashboard(as_one, "stella.fenwick", "housing_priority", None)
    hold = add_hold(
        own_warehouse, scope="person", partner="fakeshire_csc", subject_id=town.records["inquiry"][1][1],
        held_from=DAY, held_to=None, authorised_by="Monitoring Officer", reason="public inquiry", by="A. Osei",
    )  # fmt: skip
    leaving = {town.case(name): DAY.isoformat() for name in ("leaves", "rents", "inquiry")}
    ended(town.council, leaving | {town.case("leaves"): (DAY - timedelta(days=9)).isoformat()})
    next_day = DAY + timedelta(days=1)
    deliver_files(own_warehouse, town.council, next_day, ["temporary_accommodation"])
    run("two", next_day, wide)
    on_hold = search(own_warehouse, town.values("inquiry"))
    rows(own_warehouse, "update control.deliveries set received_on = received_on - 8 returning 1")
    clear("two", next_day, wide, "_after_the_window")
    deliver_files(own_warehouse, town.council, next_day)
    clear("two", next_day, at_once, "_without_window")
    release_hold(own_warehouse, hold, by="A. Osei", reason="inquiry has ended")
    run("three", next_day, narrow)
    yield Story(own_warehouse, town, seen, found, strangers, on_hold, exported, counts)


def test_who_has_left_is_shown_no_more_and_who_stays_is(story: Story) -> None:
    assert story.shown["one"] == {"stays", "leaves", "rents", "inquiry"}
    assert story.shown["two"] == {"stays", "rents"}


def test_what_is_searched_for_was_there(story: Story) -> None:
    """Before anybody left, and in the delivered files as long as their window has not passed."""
    assert {"mart.dim_person", "raw.hou_household_members__fakeshire_ta"} <= story.found["one"].in_dump
    assert any(name.startswith("inbox/") for name in story.found["two"].in_files)


def test_a_family_that_left_is_in_no_table_after_the_next_run(story: Story) -> None:
    assert story.found["two"].in_dump == frozenset()
    assert {name.split("/")[0] for name in story.found["two"].in_files} == {"inbox"}


@pytest.mark.parametrize("when", ["two_after_the_window", "two_without_window", "three"])
def test_nothing_of_the_family_is_left_anywhere(story: Story, when: str) -> None:
    """The whole dump, the statistics, and every file under the home: the server's own, logs, evidence, deliveries."""
    assert story.found[when].nowhere, story.found[when]


def test_an_export_that_holds_them_goes_and_the_catalogue_forgets_them(story: Story) -> None:
    assert story.exported.people == 4
    assert not story.exported.path.exists()
    assert story.counts["two"]["exports_deleted"] == 1
    assert rows(story.settings, "select status from control.exports") == [("deleted",)]
    gone = "select from control.export_people where person_key not in (select person_key from mart.dim_person)"
    assert rows(story.settings, gone) == []


def test_what_a_planning_export_reads_is_still_there_after_a_purge(story: Story) -> None:
    with connect(story.settings, "admin") as conn:
        people = read_people(conn, "three", frozenset())
        assert ([person.is_adult_care for person in people], read_numbers(conn, people)) == ([False], {})


def test_strangers_stand_in_raw_alone_and_only_for_the_window(story: Story) -> None:
    assert story.strangers["one"].in_dump == {"raw.edu_pupils__fakeshire_edu", "pg_statistic", "pg_dump"}
    assert story.strangers["two_after_the_window"].nowhere
    assert story.strangers["two_without_window"].nowhere


def test_the_tombstones_prove_the_deletion_by_day_and_rule(story: Story) -> None:
    key = read_key(story.settings)
    stones = {
        stone[0]: stone[1:]
        for stone in rows(
            story.settings,
            "select record_hmac, rule, basis, due_on, overdue_days, rows_deleted from control.deletions"
            " where publish_id = 'two'",
        )
    }
    due_on = DAY - timedelta(days=8)
    for partner, record in story.town.records["leaves"]:
        rule, basis, due, overdue, deleted = stones.pop(record_hmac(key, partner, record))
        assert (rule, basis, due, overdue) == ("R0", "stay_ended", due_on, 9)
        assert deleted >= 1
    assert stones == {}
    assert story.counts["two"]["most_days_overdue"] == 9


def test_a_tenancy_keeps_where_the_agreement_says_so_and_no_longer(story: Story) -> None:
    """And the run after goes on what is left of the deliveries: nothing was delivered for it."""
    assert "rents" in story.shown["two"]
    assert story.shown["three"] == {"stays"}
    assert search(story.settings, story.town.values("rents")).nowhere


def test_on_legal_hold_is_in_the_hold_alone(story: Story) -> None:
    assert story.on_hold.in_dump == {"hold.held_rows", "control.legal_holds", "pg_dump"}
    assert {name.split("/")[0] for name in story.on_hold.in_files} <= {"inbox", "postgres"}
    assert story.counts["two"]["rows_moved_to_hold"] > 0


def test_a_released_hold_lets_go_with_tombstones(story: Story) -> None:
    assert search(story.settings, [LAST_NAMES["inquiry"]]).nowhere
    key = read_key(story.settings)
    bases = dict(rows(story.settings, "select record_hmac, basis from control.deletions where basis = 'hold_released'"))
    assert set(bases) >= {record_hmac(key, *record) for record in story.town.records["inquiry"]}


@pytest.mark.parametrize("login", ["hl_loader", "hl_dbt", "hl_publisher", "hl_analyst"])
def test_no_login_reads_the_hold(story: Story, login: str) -> None:
    with connect(story.settings, login) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("select count(*) from hold.held_rows")


def test_the_named_role_reads_the_hold_and_nothing_else_does(story: Story) -> None:
    with connect(story.settings, "admin") as conn:
        conn.execute("set role hl_hold_custodian")
        assert conn.execute("select count(*) >= 0 from hold.held_rows").fetchall() == [(True,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("select * from matched.people")
    readers = "select rolname from pg_roles where has_table_privilege(rolname, 'hold.held_rows', 'select')"
    assert {name for (name,) in rows(story.settings, f"{readers} and not rolsuper and rolname !~ '^pg_'")} == {
        "hl_hold_custodian"
    }


def test_a_run_without_new_files_says_what_it_rests_on(story: Story) -> None:
    trimmed = rows(
        story.settings, "select distinct extract from control.current_snapshots where trimmed_at is not null"
    )
    assert ("edu_pupils",) in trimmed


def test_the_evidence_folder_names_nobody(story: Story) -> None:
    assert Path(story.settings.evidence_dir).is_dir()
    found = search(story.settings, LAST_NAMES.values())
    assert not any(name.split("/")[0] in ("evidence", "logs", "dagster", "dbt_target") for name in found.in_files)
