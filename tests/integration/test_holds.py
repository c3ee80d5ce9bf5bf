"""What holds a publish until a person approves it: jumps in volume, files that do not fit together, flags that move."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from typer.testing import CliRunner

from dagster_project.agreement.model import load_agreement
from dagster_project.cli import app
from dagster_project.governance import holds
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.holds import Hold
from dagster_project.governance.publish import publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests import gate_kit as kit
from tests import gate_world as data
from tests.holds_kit import DELIVER, RESTORE

NEXT = "p_20261121_0001"
FCT = "mart_candidate.fct_person_indicators"
PARTNER, EXTRACT = "fakeshire_csc", "csc_persons"
VOLUME = f"{EXTRACT}.volume"
SHARE = "fct_person_indicators.has_ehcp.share"


@pytest.fixture(scope="module")
def published(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A published world of three people, one run later, in a council that compares few people too."""
    text = own_warehouse.agreement_file.read_text(encoding="utf-8")
    assert "flag_min_people: 100" in text
    path = tmp_path_factory.mktemp("council") / "agreement.yaml"
    path.write_text(text.replace("flag_min_people: 100", "flag_min_people: 1"), encoding="utf-8")
    settings = replace(own_warehouse, agreement_file=path)
    kit.build_world(settings)
    kit.judge_lightly(settings, data.PUBLISH_ID)
    publish(settings, data.PUBLISH_ID)
    kit.build_world(settings, NEXT)
    with connect(settings, "admin") as conn:
        # Building the world again has recorded the same deliveries anew: they are those that were published.
        conn.execute("create table control.saved as select * from control.current_snapshots")
        conn.execute(
            "update control.publishes set delivery_keys = (select array_agg(delivery_key) from control.deliveries)"
        )
    return settings


@pytest.fixture
def world(published: Settings) -> Iterator[Settings]:
    rows = kit.read_rows(published)
    yield published
    kit.restore_rows(published, rows)
    with connect(published, "admin") as conn:
        for statement in RESTORE:
            conn.execute(statement.encode())


def deliver(settings: Settings, rows: int, name: str = "new", extract: str = EXTRACT) -> None:
    with connect(settings, "hl_loader") as conn:
        conn.execute(DELIVER, {"name": name, "partner": PARTNER, "extract": extract, "rows": rows})


def published_with(settings: Settings, rows: int) -> None:
    """The file that was published had that many rows."""
    statement = f"update control.delivery_files set rows_loaded = {rows} where extract = '{EXTRACT}'"
    kit.alter(settings, statement, login="hl_loader")


def failed(settings: Settings, table: str = "current_snapshots") -> set[str]:
    return kit.failed(kit.run_tables(settings, table))


def waiting(settings: Settings) -> dict[str, Hold]:
    return {hold.subject: hold for hold in holds.read_holds(settings, load_agreement(settings.agreement_file))}


def test_a_world_that_is_as_before_holds_nothing(world: Settings) -> None:
    assert failed(world) == set() and failed(world, "fct_person_indicators") == set()
    assert waiting(world) == {}


@pytest.mark.parametrize(
    ("before", "now", "held"),
    [
        (60, 600, True),
        (60, 599, False),
        (600, 60, True),
        (600, 61, False),
        (600, 0, True),
        (4, 49, False),
        (0, 50, True),
    ],
)
def test_a_tenfold_file_or_a_tenth_of_one_holds(world: Settings, before: int, now: int, held: bool) -> None:
    published_with(world, before)
    deliver(world, now)
    assert failed(world) == ({VOLUME} if held else set())


def test_a_file_that_nobody_delivered_before_has_nothing_to_be_held_against(world: Settings) -> None:
    deliver(world, 5000, extract="csc_referrals")
    assert failed(world) == set()


def test_what_holds_today_is_not_the_measure_of_tomorrow(world: Settings) -> None:
    published_with(world, 60)
    deliver(world, 600, "monday")
    deliver(world, 601, "tuesday")
    assert failed(world) == {VOLUME}


def test_a_person_lets_a_delivery_through_and_it_becomes_the_measure(world: Settings) -> None:
    published_with(world, 60)
    deliver(world, 600, "monday")
    hold = waiting(world)["monday"]
    assert hold.what == f"{EXTRACT} has 600 rows, and had 60 when it was last published"
    assert "hearthlink delivery approve monday --by NAME" in hold.sentence and "deliver again" in hold.sentence
    holds.approve_delivery(world, "monday", "P. Marlowe", "two teams were added")
    assert failed(world) == set() and waiting(world) == {}
    deliver(world, 610, "tuesday")
    assert failed(world) == set()
    deliver(world, 60, "wednesday")
    assert failed(world) == {VOLUME}


def test_delivering_again_as_before_needs_no_approval(world: Settings) -> None:
    published_with(world, 60)
    deliver(world, 600, "monday")
    deliver(world, 62, "corrected")
    assert failed(world) == set()


@pytest.mark.parametrize(("broken", "sound", "held"), [(12, 100, True), (9, 0, False), (12, 300, False)])
def test_files_that_do_not_belong_together_hold(world: Settings, broken: int, sound: int, held: bool) -> None:
    deliver(world, broken + sound, "plans", "csc_cp_plans")
    kit.alter(
        world,
        "insert into staged.stg_csc_cp_plans (plan_id, person_id, partner, delivery_id, line_number)"
        f" select number, case when number > {broken} then '{data.SOCIAL_CARE_ID}' else 'gone' end, '{PARTNER}', 'd', 2"
        f" from generate_series(1, {broken + sound}) as number",
    )
    check = "stg_csc_cp_plans.person_id.found"
    assert (check in failed(world, "stg_csc_cp_plans")) is held
    if held:
        assert waiting(world)["plans"].what.startswith(
            "12 of 112 rows of csc_cp_plans name a person_id that csc_persons"
        )
        holds.approve_delivery(world, "plans", "P. Marlowe", "archived children, known to the service")
        assert check not in failed(world, "stg_csc_cp_plans")


def test_a_flag_that_moves_holds_until_that_share_is_approved(world: Settings) -> None:
    kit.alter(world, f"update {FCT} set has_ehcp = 'N' where has_ehcp = 'Y'")
    assert failed(world, "fct_person_indicators") == {SHARE}
    hold = waiting(world)["has_ehcp"]
    assert "0.0 %" in hold.what and "100.0 %" in hold.what and "change approve has_ehcp" in hold.sentence
    agreement = load_agreement(world.agreement_file)
    holds.approve_change(world, agreement, "has_ehcp", "P. Marlowe", "plans were ceased at the end of term")
    assert failed(world, "fct_person_indicators") == set()
    kit.alter(world, f"update {FCT} set has_ehcp = 'Y' where has_ehcp = 'N'")
    assert failed(world, "fct_person_indicators") == {SHARE}


def test_an_approval_of_a_change_ends_with_the_next_publish(world: Settings) -> None:
    kit.alter(world, f"update {FCT} set has_ehcp = 'N' where has_ehcp = 'Y'")
    agreement = load_agreement(world.agreement_file)
    holds.approve_change(world, agreement, "has_ehcp", "P. Marlowe", "checked")
    kit.alter(world, "update control.publishes set published_at = now() + interval '1 second'", login="admin")
    assert failed(world, "fct_person_indicators") == {SHARE}


def test_a_flag_that_nobody_knows_any_more_is_not_current_and_holds_nothing(world: Settings) -> None:
    kit.alter(world, f"update {FCT} set has_ehcp = null")
    assert failed(world, "fct_person_indicators") == set()


def test_ten_times_the_people_hold(world: Settings) -> None:
    copies = f"insert into {FCT} select fact.* from {FCT} as fact cross join generate_series(1, 20)"
    kit.alter(world, copies)
    assert "fct_person_indicators.people" in failed(world, "fct_person_indicators")
    assert waiting(world)["people"].what == "63 people would be shown, and 3 were"


def test_a_snapshot_dated_ahead_of_the_run_is_found(world: Settings) -> None:
    kit.alter(
        world,
        f"update control.current_snapshots set extract_date = '2026-11-22' where extract = '{EXTRACT}'",
        login="hl_loader",
    )
    assert failed(world) == {"current_snapshots.not_ahead"}


def test_the_commands_list_what_holds_and_let_it_through(world: Settings) -> None:
    published_with(world, 60)
    deliver(world, 600, "monday")
    place = ["--home", str(world.home)]
    rules = ["--agreement", str(world.agreement_file)]
    listed = CliRunner().invoke(app, ["held", *place, *rules])
    assert listed.exit_code == 0 and "monday" in listed.stdout and "delivery approve monday" in listed.stdout
    unnamed = CliRunner().invoke(app, ["delivery", "approve", "monday", "--by", "", "--reason", "seen", *place])
    assert unnamed.exit_code == 1
    done = CliRunner().invoke(app, ["delivery", "approve", "monday", "--by", "P. Marlowe", "--reason", "seen", *place])
    assert done.exit_code == 0, done.output
    assert "nothing holds the publish" in CliRunner().invoke(app, ["held", *place, *rules]).stdout


def test_approvals_are_in_the_access_log(world: Settings) -> None:
    published_with(world, 60)
    deliver(world, 600, "monday")
    kit.alter(world, f"update {FCT} set has_ehcp = 'N' where has_ehcp = 'Y'")
    holds.approve_delivery(world, "monday", "P. Marlowe", "two teams were added")
    holds.approve_change(world, load_agreement(world.agreement_file), "has_ehcp", "A. Osei", "checked")
    with connect(world, "admin") as conn:
        query = "select actor, action, subject, detail from control.access_log order by entry desc limit 2"
        assert conn.execute(query).fetchall() == [
            ("A. Osei", "change_approve", "has_ehcp", {"value": 0.0}),
            ("P. Marlowe", "delivery_approve", "monday", {}),
        ]


@pytest.mark.parametrize(("by", "reason"), [("", "because"), ("P. Marlowe", " ")])
def test_an_approval_names_somebody_and_a_reason(world: Settings, by: str, reason: str) -> None:
    deliver(world, 600)
    with pytest.raises(GovernanceError, match="--by"):
        holds.approve_delivery(world, "new", by, reason)


def test_only_what_is_there_can_be_approved(world: Settings) -> None:
    kit.alter(world, "update control.deliveries set status = 'refused' where delivery_id = 'd0'", login="hl_loader")
    for delivery, words in (("nothing", "There is no delivery"), ("d0", "refused, not loaded")):
        with pytest.raises(GovernanceError, match=words):
            holds.approve_delivery(world, delivery, "P. Marlowe", "seen")
    with pytest.raises(GovernanceError, match="holds nothing"):
        agreement = load_agreement(world.agreement_file)
        holds.approve_change(world, agreement, "has_ehcp", "P. Marlowe", "seen")


@pytest.mark.parametrize("login", ["hl_loader", "hl_publisher", "hl_dbt"])
def test_nothing_that_runs_by_itself_can_approve(world: Settings, login: str) -> None:
    for statement in (
        "insert into control.delivery_approvals (delivery_key, approved_by, reason, approved_at)"
        " select min(delivery_key), 'x', 'y', now() from control.current_snapshots",
        "insert into control.change_approvals (subject, approved_value, approved_by, reason, approved_at)"
        " values ('has_ehcp', 1, 'x', 'y', now())",
    ):
        with connect(world, login) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(statement.encode())
