"""The suite of retention: in every schema a row that outlives its rule is found, at the gate and again at publish."""

from collections.abc import Iterator

import pytest

from dagster_project.agreement.model import load_agreement
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance import gate
from dagster_project.governance.facts import read_facts
from dagster_project.governance.publish import PublishRefused, publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, sqlalchemy_url
from expectations.redact import Verdict
from expectations.runner import run_gate
from expectations.subjects import RETENTION
from tests import gate_kit as kit
from tests import gate_world as data
from tests.warehouse_kit import mart_fingerprint

NEXT = "p_20261121_0001"
# Whoever this is stands in no other table of the build.
EXPIRED = "insert into mart_candidate.{} (person_key, publish_id) values ('p_expired', '" + NEXT + "')"
ENDED = "update staged.stg_hou_ta_placements set end_date = '2026-11-20' where case_id = 'C2'"
FAULTS: dict[str, tuple[tuple[str, str], ...]] = {
    **{
        f"mart_candidate.{table}.r0": (("hl_dbt", EXPIRED.format(table)),)
        for table in ("dim_person", "fct_person_indicators", "bridge_person_address", "bridge_person_caseworker")
    },
    "mart_candidate.dim_person.r0_death": (("hl_dbt", "update staged.stg_csc_persons set death_date = '2026-11-20'"),),
    "matched.person_records.r0": (("hl_dbt", ENDED),),
    "purges.r0_finished": (
        ("admin", "insert into control.purges values ('p', '2026-11-19', now() + interval '1 hour')"),
    ),
    "mart_previous.r0": (
        ("admin", "insert into control.purges select publish_id, as_at, now(), now() from control.publishes"),
        ("admin", "create schema if not exists mart_previous"),
    ),
    "hold.standing": (
        (
            "admin",
            "with held as (insert into control.legal_holds"
            " (scope, held_from, held_to, authorised_by, reason, added_by, added_at)"
            " values ('everybody', '2026-01-01', '2026-11-19', 'a', 'b', 'c', now()) returning hold_id)"
            " insert into hold.held_rows (hold_id, layer, table_name, partner, record_id, moved_at, contents)"
            " select hold_id, 'raw', 't', 'p', 'r', now(), '{}' from held",
        ),
    ),
    "stg_edu_pupils.r1": (("hl_dbt", "update staged.stg_edu_pupils set date_of_birth = '2001-11-20'"),),
    "stg_edu_attendance.r1": (
        ("hl_dbt", "update staged.stg_edu_pupils set date_of_birth = '2001-11-20'"),
        (
            "hl_dbt",
            "insert into staged.stg_edu_attendance (partner, person_id)"
            " select partner, person_id from staged.stg_edu_pupils",
        ),
    ),
    "stg_csc_referrals.r2": (
        (
            "hl_dbt",
            "insert into staged.stg_csc_referrals (partner, referral_id, person_id, referral_date)"
            " select partner, 'R1', person_id, '2020-11-20' from staged.stg_csc_persons",
        ),
    ),
    "stg_csc_cp_plans.r3": (
        (
            "hl_dbt",
            "insert into staged.stg_csc_cp_plans (partner, plan_id, person_id, start_date, end_date)"
            " select partner, 'P1', person_id, '1986-01-01', '1986-11-20' from staged.stg_csc_persons",
        ),
    ),
    "stg_csc_cla_episodes.r4": (
        ("hl_dbt", "update staged.stg_csc_persons set date_of_birth = '1951-11-20'"),
        (
            "hl_dbt",
            "insert into staged.stg_csc_cla_episodes (partner, episode_id, person_id, start_date)"
            " select partner, 'E1', person_id, '1960-01-01' from staged.stg_csc_persons",
        ),
    ),
    "stg_asc_persons.r5": (
        (
            "hl_dbt",
            "insert into staged.stg_asc_events (partner, event_id, person_id, start_date, end_date)"
            " select partner, 'V1', person_id, '2018-01-01', '2018-11-20' from staged.stg_asc_persons",
        ),
    ),
    "stg_hou_homeless_cases.r6": (
        (
            "hl_dbt",
            "insert into staged.stg_hou_homeless_cases (partner, case_id, case_closed)"
            " values ('fakeshire_ta', 'C9', '2023-11-20')",
        ),
    ),
    "stg_edu_pupils.window": (
        (
            "admin",
            "insert into control.purges (publish_id, as_at, begun_at, finished_at, keep_days)"
            " values ('q', '2026-11-19', now(), now(), 7);"
            " update control.deliveries set received_at = '2026-11-10', received_on = '2026-11-10'",
        ),
    ),
}
UNDO = (
    "delete from hold.held_rows; delete from control.legal_holds; delete from control.purges where publish_id in"
    f" ('p', 'q', '{data.PUBLISH_ID}'); delete from control.publishes where publish_id = '{NEXT}'"
)


@pytest.fixture(scope="module")
def published(own_warehouse: Settings) -> Settings:
    kit.build_world(own_warehouse)
    kit.judge_lightly(own_warehouse, data.PUBLISH_ID)
    publish(own_warehouse, data.PUBLISH_ID)
    kit.alter(own_warehouse, "drop schema mart_previous cascade", "admin")
    return own_warehouse


@pytest.fixture
def candidate(published: Settings) -> Iterator[Settings]:
    kit.build_world(published, NEXT)
    yield published
    kit.alter(published, UNDO, "admin")


def judged(settings: Settings) -> dict[str, Verdict]:
    with connect(settings, "hl_publisher") as conn:
        facts = read_facts(conn, load_agreement(settings.agreement_file), load_contracts(), "mart_candidate")
    return {check.check_id: check for check in run_gate(sqlalchemy_url(settings, "hl_publisher"), facts, (RETENTION,))}


def test_a_world_in_which_nobody_outlives_a_rule_passes(candidate: Settings) -> None:
    found = judged(candidate)
    assert [name for name, check in found.items() if not check.passed] == []
    assert set(FAULTS) <= set(found)


def test_each_row_that_outlives_its_rule_is_found(candidate: Settings) -> None:
    """All faults at once: each is of a check of its own, and none of them fails for want of an answer."""
    for statements in FAULTS.values():
        for login, statement in statements:
            kit.alter(candidate, statement, login)
    try:
        found = judged(candidate)
    finally:
        kit.alter(candidate, "drop schema if exists mart_previous cascade", "admin")
    assert [name for name in FAULTS if found[name].passed or found[name].observed["raised"]] == []


def test_an_expired_row_in_the_candidate_fails_the_gate_and_blocks_the_publish_by_its_rule(candidate: Settings) -> None:
    before = mart_fingerprint(candidate)
    kit.alter(candidate, EXPIRED.format("dim_person"))
    verdict = gate.judge(candidate, NEXT)
    assert "retention.mart_candidate.dim_person.r0" in verdict.failed
    with pytest.raises(PublishRefused, match=r"retention\.mart_candidate\.dim_person\.r0"):
        publish(candidate, NEXT)
    assert mart_fingerprint(candidate) == before


def test_one_planted_after_the_gate_is_named_by_its_rule_too(candidate: Settings) -> None:
    kit.judge_lightly(candidate, NEXT)
    kit.alter(candidate, EXPIRED.format("dim_person"))
    with pytest.raises(PublishRefused, match=r"changed after the gate.*retention\.mart_candidate\.dim_person\.r0"):
        publish(candidate, NEXT)


def test_what_expires_between_gate_and_publish_is_not_published(candidate: Settings) -> None:
    kit.judge_lightly(candidate, NEXT)
    kit.alter(candidate, ENDED)
    with pytest.raises(PublishRefused, match=r"held beyond a retention rule: .*dim_person\.r0 \(clause RE-01\)"):
        publish(candidate, NEXT)
