"""Each suite is shown a fault of its kind and must find it, by the check that is meant to."""

from collections.abc import Iterator

import pytest

from dagster_project.settings import Settings
from tests import gate_kit as kit
from tests import gate_world as data

FCT = "mart_candidate.fct_person_indicators"
PERSON = "mart_candidate.dim_person"
ADDRESS = "mart_candidate.bridge_person_address"
WORKER = "mart_candidate.bridge_person_caseworker"

PEOPLE_FAULTS = {
    "dim_person.not_empty": f"delete from {PERSON}",
    "dim_person.key_present": f"update {PERSON} set person_key = null where person_key = '{data.ALONE}'",
    "dim_person.key_unique": f"insert into {PERSON} select * from {PERSON} limit 1",
    "dim_person.publish_id": f"update {PERSON} set publish_id = null where person_key = '{data.ALONE}'",
    "dim_person.linked": f"delete from matched.person_records where person_key = '{data.ALONE}' and source = 'asc'",
    "dim_person.in_scope": "delete from matched.scope_housing_records where record_id = 'M3'",
    "dim_person.not_stopped": f"insert into matched.person_key_records values ('n-restricted', '{data.ALONE}')",
    "dim_person.housed_now": "update staged.stg_hou_ta_placements set end_date = '2026-11-20' where case_id = 'C2'",
    "dim_person.all_shown": f"delete from {PERSON} where person_key = '{data.ALONE}'",
    "dim_person.has_facts": f"delete from {FCT} where person_key = '{data.ALONE}'",
}
INDICATOR_FAULTS = {
    "fct_person_indicators.not_empty": f"delete from {FCT}",
    "fct_person_indicators.key_unique": f"insert into {FCT} select * from {FCT} limit 1",
    "fct_person_indicators.person_key.known": f"delete from {PERSON} where person_key = '{data.ALONE}'",
    "fct_person_indicators.household_key.known": f"update {FCT} set household_key = 'h9'",
    "fct_person_indicators.is_in_rent_arrears.flag": f"update {FCT} set is_in_rent_arrears = 'X'",
    "fct_person_indicators.has_child_protection_plan.known": f"update {FCT} set has_child_protection_plan = 'N'",
    "fct_person_indicators.has_ehcp.known": f"update {FCT} set has_ehcp = 'N'",
    "fct_person_indicators.in_ta": f"update {FCT} set is_in_temporary_accommodation = null",
    "fct_person_indicators.education_kept": "update staged.stg_edu_pupils set date_of_birth = '2001-11-20'",
    "fct_person_indicators.plan_needs_arrears": f"update {FCT} set is_in_rent_arrears = 'N'",
    "fct_person_indicators.no_excluded_team": f"update {FCT} set service_team_details = 'CSC: Youth Justice'",
    "fct_person_indicators.publish_id": f"update {FCT} set publish_id = 'p_20261119_0001'",
}
DIMENSION_FAULTS = {
    "bridge_person_address.person_shown": f"update {ADDRESS} set person_key = 'p9' where partner = 'fakeshire_csc'",
    "bridge_person_address.status": f"update {ADDRESS} set address_status = 'maybe'",
    "bridge_person_address.per_system": f"delete from {ADDRESS} where partner = 'fakeshire_edu'",
    "bridge_person_address.silent": f"update {ADDRESS} set address_status = 'none'",
    "bridge_person_address.in_hiding": "update staged.stg_csc_persons set restricted = true",
    "bridge_person_caseworker.person_shown": f"update {WORKER} set person_key = 'p9'",
    "bridge_person_caseworker.no_excluded_team": f"update {WORKER} set team = 'Youth Justice Service'",
    "dim_household.people": "update mart_candidate.dim_household set people = 5",
    "dim_school.key_unique": "insert into mart_candidate.dim_school select * from mart_candidate.dim_school",
    "dim_partner.listed": "delete from mart_candidate.dim_partner where partner = 'northbank_ha'",
    "dim_date.as_at": "update mart_candidate.dim_date set is_as_at = not is_as_at",
    "publish_info.one_row": "insert into mart_candidate.publish_info select * from mart_candidate.publish_info",
    "publish_info.same_run": "update mart_candidate.publish_info set agreement_version = '0.9'",
}
MATCHED_FAULTS = {
    "person_records.not_empty": "delete from matched.person_records",
    "person_records.record_once": "insert into matched.person_records select * from matched.person_records limit 1",
    "person_records.source": "update matched.person_records set source = 'csc' where source = 'edu'",
    "person_records.source_listed": "update matched.person_records set source = 'police'",
    "person_records.tier": "update matched.person_records set tier = 6",
    "person_records.tier_present": "update matched.person_records set tier = null",
    "person_records.in_scope": f"delete from matched.person_records where person_key = '{data.ALONE}' and tier = 0",
    "person_records.no_partner_twice": "insert into matched.person_records"
    f" values ('{data.CHILD}', 'fakeshire_csc', 'csc', 'CSC-700009', 3)",
    "links.evidence_flags": f"""update matched.links set evidence = '{{"nhs_number": "{data.NHS_NUMBER}"}}'""",
    "links.tier_allowed": "update matched.links set tier = 5",
    "links.identifier_lawful": "update matched.links set rule = 'upn'",
    "links.one_person": f"update matched.person_records set person_key = '{data.ADULT}' where source = 'edu'",
    "review_queue.reason_listed": "update matched.review_queue set reason = 'just because'",
    "review_queue.rule_listed": "update matched.review_queue set rule = null",
    "links.rule_listed": "update matched.links set rule = 'a hunch'",
    "review_queue.evidence_flags": """update matched.review_queue set evidence = '{"Marlowe": "agree"}'""",
    "link_explanations.not_empty": "delete from matched.link_explanations",
    "link_explanations.complete": "delete from matched.link_explanations where record_id = 'M3'",
    "link_explanations.links_exist": "delete from matched.links where link_id = 'l3'",
    "link_explanations.evidence_flags": "update matched.link_explanations set explanation = 'born on 1990-05-01'",
    "scope_housing_records.record_once": "insert into matched.scope_housing_records"
    " select * from matched.scope_housing_records",
    "scope_housing_records.housing_partner": "update matched.scope_housing_records set partner = 'fakeshire_csc'",
}
STAGED_FAULTS = {
    "stg_hou_household_members.all_landed": "delete from staged.stg_hou_household_members where person_id = 'M1'",
    "stg_hou_household_members.filled": "update staged.stg_hou_household_members set case_id = null",
    "stg_hou_household_members.signed_partner": "update staged.stg_hou_household_members set partner = 'fakeshire_csc'",
    "stg_hou_household_members.key_unique": "update staged.stg_hou_household_members set person_id = 'M1'",
    "stg_hou_household_members.left_date.in_order": "update staged.stg_hou_household_members"
    " set joined_date = '2026-02-01', left_date = '2026-01-01'",
    "stg_edu_pupils.date_of_birth.past": "update staged.stg_edu_pupils set date_of_birth = '2026-11-21'",
    "stg_ren_arrangements.agreement_code.code": "insert into staged.stg_ren_arrangements (agreement_code) values ('X')",
    "stg_edu_pupils.enrol_status.code": "update staged.stg_edu_pupils set enrol_status = 'single'",
    "stg_edu_attendance.attendance_code.code": "insert into staged.stg_edu_attendance (attendance_code) values ('AA')",
    "stg_csc_cla_episodes.legal_status.code": "insert into staged.stg_csc_cla_episodes (legal_status) values ('9')",
    "stg_edu_attendance.sessions.range": "insert into staged.stg_edu_attendance (sessions) values (-1)",
    "stg_hou_ta_placements.end_date.in_order": "update staged.stg_hou_ta_placements set end_date = '2020-01-01'",
}


# Of a record that nobody in the world has.
RESTRICTION = """
    with made as (
        insert into control.rights_requests (kind, received_on, due_on, reason, recorded_by, recorded_at)
        values ('restriction', '2026-11-01', '2026-12-01', 'asked by letter', 'stella.fenwick', now())
        returning request_id)
    insert into control.rights_records select request_id, 'n-restricted' from made
"""


@pytest.fixture(scope="module")
def sound_rows(own_warehouse: Settings) -> dict[str, str]:
    kit.build_world(own_warehouse)
    kit.alter(own_warehouse, RESTRICTION, "admin")
    return kit.read_rows(own_warehouse)


@pytest.fixture
def world(own_warehouse: Settings, sound_rows: dict[str, str]) -> Iterator[Settings]:
    yield own_warehouse
    kit.restore_rows(own_warehouse, sound_rows)


@pytest.fixture
def breakable_world(own_warehouse: Settings, sound_rows: dict[str, str]) -> Iterator[Settings]:
    yield own_warehouse
    kit.build_world(own_warehouse)


def test_a_sound_world_passes_every_suite(world: Settings) -> None:
    checks = kit.run_tables(world)
    assert kit.failed(checks) == set()
    assert len(checks) > 200


@pytest.mark.parametrize(
    ("check_id", "fault"),
    [
        pair
        for faults in (
            PEOPLE_FAULTS,
            INDICATOR_FAULTS,
            DIMENSION_FAULTS,
            MATCHED_FAULTS,
            STAGED_FAULTS,
        )
        for pair in faults.items()
    ],
)
def test_the_check_finds_its_fault(world: Settings, check_id: str, fault: str) -> None:
    kit.alter(world, fault)
    verdicts = {check.check_id: check for check in kit.run_tables(world, check_id.split(".")[0])}
    assert not verdicts[check_id].passed
    assert verdicts[check_id].observed["raised"] is False


def test_education_items_are_kept_until_the_birthday(world: Settings) -> None:
    kit.alter(world, "update staged.stg_edu_pupils set date_of_birth = '2001-11-21'")
    assert "fct_person_indicators.education_kept" not in kit.failed(kit.run_tables(world, "fct_person_indicators"))


def test_a_tolerated_share_of_faulty_dates_passes(world: Settings) -> None:
    kit.alter(
        world,
        "insert into staged.stg_csc_cp_plans"
        " (plan_id, person_id, start_date, end_date, partner, delivery_id, line_number)"
        " select number, 'x', '2026-01-02', case when number > 1 then date '2026-01-03' else '2026-01-01' end,"
        " 'fakeshire_csc', 'd', number from generate_series(1, 50) as number",
    )
    assert "stg_csc_cp_plans.end_date.in_order" not in kit.failed(kit.run_tables(world, "stg_csc_cp_plans"))


def test_a_column_outside_the_contract_is_found(breakable_world: Settings) -> None:
    kit.alter(
        breakable_world,
        "alter table staged.stg_hou_household_members add religion text",
    )
    assert kit.failed(kit.run_tables(breakable_world, "stg_hou_household_members")) == {
        "stg_hou_household_members.columns"
    }


def test_a_missing_table_fails_all_its_checks(breakable_world: Settings) -> None:
    kit.alter(breakable_world, "drop table mart_candidate.dim_school")
    checks = kit.run_tables(breakable_world, "dim_school")
    assert checks
    assert not any(check.passed for check in checks)


def test_a_double_registration_that_an_identifier_joins_is_one_person(
    world: Settings,
) -> None:
    kit.alter(
        world,
        f"insert into matched.person_records values ('{data.CHILD}', 'fakeshire_csc', 'csc', 'CSC-700009', 1);"
        "insert into matched.links values ('l9', 'csc', 'fakeshire_csc', 'CSC-700001', 'csc', 'fakeshire_csc',"
        " 'CSC-700009', 'duplicate_record', 1, '{\"nhs_number\": \"agree\"}')",
    )
    assert kit.failed(kit.run_tables(world, "person_records", "links")) == set()
