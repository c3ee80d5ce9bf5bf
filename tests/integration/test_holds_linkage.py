"""A fall of the linked share and a flood of questions hold the publish until a person approves the new figure."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dagster_project.agreement.model import load_agreement
from dagster_project.governance import holds
from dagster_project.governance.publish import publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests import gate_kit as kit
from tests import gate_world as data

NEXT = "p_20261121_0001"
SHARE, ITEMS = "linkage_counts.linked_share", "linkage_counts.review_items"


def count(settings: Settings, **counted: int) -> None:
    """What the run that stands in the warehouse has counted, and would report."""
    for measure, number in counted.items():
        for table in ("linkage_counts", "linkage_report"):
            kit.alter(settings, f"update matched.{table} set counted = {number} where measure = '{measure}'")


@pytest.fixture(scope="module")
def published(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Published with 200 people, 180 of them linked, and 12 questions; one run later."""
    text = own_warehouse.agreement_file.read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("council") / "agreement.yaml"
    path.write_text(text.replace("volume_min_rows: 50", "volume_min_rows: 40"), encoding="utf-8")
    settings = replace(own_warehouse, agreement_file=path)
    kit.build_world(settings)
    count(settings, people=200, linked_people=180, review_items=12)
    kit.judge_lightly(settings, data.PUBLISH_ID)
    publish(settings, data.PUBLISH_ID)
    kit.build_world(settings, NEXT)
    count(settings, people=200, linked_people=180, review_items=12)
    return settings


@pytest.fixture
def world(published: Settings) -> Iterator[Settings]:
    rows = kit.read_rows(published)
    yield published
    kit.restore_rows(published, rows)
    kit.alter(published, "delete from control.change_approvals", login="admin")


def failed(settings: Settings) -> set[str]:
    return kit.failed(kit.run_tables(settings, "linkage_counts"))


def waiting(settings: Settings) -> dict[str, holds.Hold]:
    return {hold.subject: hold for hold in holds.read_holds(settings, load_agreement(settings.agreement_file))}


def test_the_counts_are_kept_with_the_publish(world: Settings) -> None:
    with connect(world, "hl_analyst") as conn:
        kept = conn.execute("select measure, counted from control.linkage_history order by 1").fetchall()
    assert dict(kept) | {"people": 200, "linked_people": 180, "review_items": 12} == dict(kept)


@pytest.mark.parametrize(
    ("people", "linked", "held"),
    [(200, 180, False), (200, 160, False), (200, 159, True), (200, 0, True), (400, 390, False), (90, 0, False)],
)
def test_a_fall_of_more_than_ten_points_holds(world: Settings, people: int, linked: int, held: bool) -> None:
    count(world, people=people, linked_people=linked)
    assert failed(world) == ({SHARE} if held else set())


@pytest.mark.parametrize(("items", "held"), [(119, False), (120, True), (0, False)])
def test_ten_times_the_questions_hold(world: Settings, items: int, held: bool) -> None:
    count(world, review_items=items)
    assert failed(world) == ({ITEMS} if held else set())


def test_a_queue_that_was_too_small_to_be_kept_is_no_measure_of_one_question(world: Settings) -> None:
    kept = "update control.linkage_history set counted = null where measure = 'review_items'"
    with connect(world, "admin") as conn:
        conn.execute(kept.encode())
    count(world, review_items=49)
    assert failed(world) == set()
    count(world, review_items=50)
    assert failed(world) == {ITEMS}
    with connect(world, "admin") as conn:
        conn.execute(b"update control.linkage_history set counted = 12 where measure = 'review_items'")


def test_a_person_lets_it_through_as_far_as_it_was_seen(world: Settings) -> None:
    count(world, linked_people=120, review_items=200)
    assert failed(world) == {SHARE, ITEMS}
    assert waiting(world)["linked_share"].what == "60.0 % of the people in scope would be linked, and 90.0 % were"
    assert waiting(world)["review_items"].what == "200 questions wait for review, and 12 did"
    agreement = load_agreement(world.agreement_file)
    for subject in ("linked_share", "review_items"):
        holds.approve_change(world, agreement, subject, "P. Marlowe", "a partner changed its system")
    assert failed(world) == set() and waiting(world) == {}
    count(world, linked_people=90)
    assert failed(world) == {SHARE}


def test_an_empty_table_is_a_fault(world: Settings) -> None:
    kit.alter(world, "delete from matched.linkage_counts")
    assert "linkage_counts.not_empty" in failed(world)
