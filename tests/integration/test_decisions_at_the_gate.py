"""What people keep apart stops a run that has put it together, at the gate and again at the publish."""

from collections.abc import Iterator

import pytest

from dagster_project.governance.publish import PublishRefused, publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests import gate_kit as kit
from tests import gate_world as data

CHECK = "link_explanations.kept_apart"
HOUSING, CARE = "'fakeshire_ta', 'M2'", f"'fakeshire_csc', '{data.SOCIAL_CARE_ID}'"
OTHER = f"'fakeshire_edu', '{data.EDUCATION_ID}'"
ALONE = "'fakeshire_asc', 'ASC-600003'"
REGISTER = (
    "insert into control.do_not_link"
    " (left_partner, left_record_id, right_partner, right_record_id, reason, added_by, added_at)"
    " values ({}, {}, 'papers seen', 'Rosa Quill', now());"
)
DECISION = (
    "insert into control.review_decisions (left_partner, left_record_id, right_partner, right_record_id, decision,"
    " why, decided_by, decided_at, export_id, item_id, asked_reason, evidence)"
    " values ({}, {}, '{}', 'papers seen', 'Rosa Quill', now(), 'w1', 'r1', 'names_differ', '{{}}');"
)
EXPORT = "insert into control.review_exports values ('w1', 'Rosa Quill', now()) on conflict do nothing;"
NOBODY = "null, null"
EMPTY = "truncate control.do_not_link, control.review_decisions, control.review_exports cascade"


@pytest.fixture(scope="module")
def built(own_warehouse: Settings) -> Settings:
    kit.build_world(own_warehouse)
    kit.judge_lightly(own_warehouse, data.PUBLISH_ID)
    return own_warehouse


@pytest.fixture
def world(built: Settings) -> Iterator[Settings]:
    yield built
    kit.alter(built, EMPTY, "admin")


@pytest.mark.parametrize(
    ("decisions", "stops"),
    [
        (REGISTER.format(CARE, HOUSING), True),
        (REGISTER.format(HOUSING, CARE), True),
        (REGISTER.format(CARE, OTHER), True),
        (REGISTER.format(CARE, ALONE), False),
        (REGISTER.format(OTHER, NOBODY), True),
        (REGISTER.format("'fakeshire_asc', 'nobody'", NOBODY), False),
        (REGISTER.format(CARE, HOUSING) + "update control.do_not_link set removed_by = 'x', removal_reason = 'x',"
         " removed_at = now()", False),
        (EXPORT + DECISION.format(CARE, HOUSING, "reject"), True),
        (EXPORT + DECISION.format(CARE, HOUSING, "reject") + DECISION.format(CARE, HOUSING, "confirm"), False),
        (EXPORT + DECISION.format(CARE, HOUSING, "unsure"), False),
        (EXPORT + DECISION.format(OTHER, NOBODY, "reject"), True),
    ],
)  # fmt: skip
def test_the_gate_reads_the_decisions_themselves(world: Settings, decisions: str, stops: bool) -> None:
    kit.alter(world, decisions, "admin")
    assert (CHECK in kit.failed(kit.run_tables(world, "link_explanations"))) == stops


def test_an_entry_made_after_the_gate_stops_the_publish(world: Settings) -> None:
    kit.alter(world, REGISTER.format(CARE, HOUSING), "admin")
    with pytest.raises(PublishRefused, match="MA-01"):
        publish(world, data.PUBLISH_ID)
    kit.alter(world, EMPTY, "admin")
    assert publish(world, data.PUBLISH_ID).keys.new == 3


def test_a_confirmed_person_may_hold_two_records_of_one_partner(world: Settings) -> None:
    kit.alter(
        world,
        f"insert into matched.person_records values ('{data.CHILD}', 'fakeshire_csc', 'csc', 'CSC-700009', 0);"
        "insert into matched.links values ('l8', 'csc', 'fakeshire_csc', 'CSC-700009', 'housing', 'fakeshire_ta', 'M2',"
        " 'nhs_number', 0, '{\"nhs_number\": \"agree\"}')",
    )
    assert kit.failed(kit.run_tables(world, "person_records", "links")) == set()


def test_the_register_holds_what_was_shown_and_no_record(world: Settings) -> None:
    with connect(world, "admin") as conn:
        keys = {key for (key,) in conn.execute("select person_key from control.person_keys").fetchall()}
    assert keys == {data.ADULT, data.CHILD, data.ALONE}
