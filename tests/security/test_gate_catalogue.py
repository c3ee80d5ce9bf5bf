"""The candidate's shape and rights in the database itself: each thing that must not be there stops the publish."""

from collections.abc import Iterator

import pytest

from dagster_project.agreement.model import load_agreement
from dagster_project.governance.catalogue import read_catalogue
from dagster_project.governance.catalogue_rules import judge_catalogue
from dagster_project.governance.mart_shape import mart_shape
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests import gate_kit as kit

PERSON = "mart_candidate.dim_person"
FAULTS = {
    "a table too many": (
        "hl_dbt",
        "create table mart_candidate.scratch (publish_id text)",
        {"tables_exact"},
    ),
    "a table too few": (
        "hl_dbt",
        "drop table mart_candidate.dim_school",
        {"tables_exact"},
    ),
    "a column too many": (
        "hl_dbt",
        f"alter table {PERSON} add religion text",
        {"columns_exact"},
    ),
    "a column too few": (
        "hl_dbt",
        f"alter table {PERSON} drop last_name",
        {"columns_exact"},
    ),
    "an NHS number column": (
        "hl_dbt",
        f"alter table {PERSON} add nhs_number text",
        {"no_column_nhs_number"},
    ),
    "a hidden NINO column": (
        "hl_dbt",
        f"alter table {PERSON} add main_nino text",
        {"no_column_nino"},
    ),
    "a record id column": (
        "hl_dbt",
        f"alter table {PERSON} add csc_person_id text",
        {"no_column_record_id"},
    ),
    "no publish id": (
        "hl_dbt",
        "alter table mart_candidate.dim_school drop publish_id",
        {"publish_id_everywhere", "columns_exact"},
    ),
    "a view": (
        "hl_dbt",
        f"create view mart_candidate.everybody as select * from {PERSON}",
        {"only_tables", "columns_exact"},
    ),
    "a function": (
        "hl_dbt",
        "create function mart_candidate.peep() returns int language sql security definer as 'select 1'",
        {"no_routines"},
    ),
    "a rule": (
        "hl_dbt",
        f"create rule watch as on insert to {PERSON} do also select 1",
        {"no_code_on_tables"},
    ),
    "another owner": (
        "admin",
        f"alter table {PERSON} owner to hl_loader",
        {"built_by_dbt"},
    ),
    "an unlogged table": (
        "hl_dbt",
        f"alter table {PERSON} set unlogged",
        {"survives_a_crash"},
    ),
    "everybody may read": (
        "hl_dbt",
        f"grant select on {PERSON} to public",
        {"no_public_rights", "no_other_functions"},
    ),
    "everybody may read a column": (
        "hl_dbt",
        f"grant select (first_name) on {PERSON} to public",
        {"no_public_rights"},
    ),
    "everybody may enter": (
        "hl_publisher",
        "grant usage on schema mart_candidate to public",
        {"no_public_rights"},
    ),
    "a whole table for a function": (
        "hl_dbt",
        f"alter table {PERSON} add religion text; grant select on {PERSON} to fn_housing_officer",
        {"no_other_rights", "columns_of_fn_housing_officer"},
    ),
    "writing for a function": (
        "hl_dbt",
        f"grant update (first_name) on {PERSON} to fn_housing_officer",
        {"no_other_rights"},
    ),
    "a column too few for a function": (
        "hl_dbt",
        f"revoke select (first_name) on {PERSON} from fn_housing_officer",
        {"columns_of_fn_housing_officer"},
    ),
    "a stranger may read": (
        "hl_dbt",
        f"grant select on {PERSON} to hl_loader",
        {"no_other_rights"},
    ),
    "a function outside the agreement": (
        "hl_dbt",
        f"grant select (first_name) on {PERSON} to fn_planning",
        {"no_other_rights", "no_other_functions"},
    ),
    "a powerful login": (
        "admin",
        "alter role hl_analyst bypassrls",
        {"no_powerful_roles"},
    ),
    "a powerful person": (
        "admin",
        "alter role asha_marlowe superuser",
        {"no_powerful_roles"},
    ),
}
REPAIRS = (
    "alter role hl_analyst nobypassrls",
    "alter role asha_marlowe nosuperuser",
    "revoke all on schema mart_candidate from public",
)


@pytest.fixture(scope="module")
def with_roles(own_warehouse: Settings) -> Settings:
    kit.build_world(own_warehouse)
    kit.alter(
        own_warehouse,
        "create role fn_planning nologin; create role asha_marlowe login; grant fn_housing_officer to asha_marlowe",
        login="admin",
    )
    return own_warehouse


@pytest.fixture
def world(with_roles: Settings) -> Iterator[Settings]:
    kit.build_world(with_roles)
    yield with_roles
    for repair in REPAIRS:
        kit.alter(with_roles, repair, login="admin")


def offending(settings: Settings) -> set[str]:
    shape = mart_shape(load_agreement(settings.agreement_file))
    with connect(settings, "hl_publisher") as conn:
        checks = judge_catalogue(read_catalogue(conn, "mart_candidate"), shape, "mart_candidate")
    return {check.check_id for check in checks if not check.passed}


def test_a_candidate_as_the_models_leave_it_passes(world: Settings) -> None:
    assert offending(world) == set()


@pytest.mark.parametrize("name", FAULTS)
def test_what_must_not_be_there_is_found(world: Settings, name: str) -> None:
    login, fault, checks = FAULTS[name]
    kit.alter(world, fault, login=login)
    assert checks <= offending(world)
