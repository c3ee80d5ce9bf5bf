"""The people of each function, a council of theirs, what they attempt, and what a hand may do to their access."""

from dataclasses import dataclass

from dagster_project.governance.access.scopes import Scope, parse_caseload
from dagster_project.governance.publish import publish
from dagster_project.settings import Settings
from tests import gate_kit as kit
from tests import gate_world as data
from tests.access_kit import let_in
from tests.council_kit import REFERENCE
from tests.linkage.population import ASC, CSC, EDU, Council, nhs_number, upn

TABLES = ("dim_person", "fct_person_indicators", "bridge_person_address", "bridge_person_caseworker", "dim_household")
EVERYBODY = {"Ann", "Bea", "Cai", "Dot", "Rae"}


@dataclass(frozen=True)
class Person:
    """Somebody with a function, and whom they see."""

    login: str
    scope: Scope
    sees: frozenset[str]


def caseload(text: str) -> Scope:
    return Scope(caseloads=(parse_caseload(text),))


PEOPLE = {
    "housing_officer": Person("hal.fenwick", Scope(partners=("fakeshire_homes",)), frozenset({"Cai", "Dot"})),
    "ta_officer": Person("tia.fenwick", Scope(), frozenset({"Ann", "Bea", "Dot", "Rae"})),
    "childrens_worker": Person(
        "cleo.fenwick", caseload("fakeshire_csc/early help/priya marlowe"), frozenset({"Ann", "Rae"})
    ),
    "adults_worker": Person("abe.fenwick", caseload("fakeshire_asc/Adults North/Wes Marlowe"), frozenset({"Dot"})),
    "education_worker": Person("edda.fenwick", caseload("fakeshire_edu/SEND/Sid Marlowe"), frozenset({"Ann"})),
    "data_steward": Person("stella.fenwick", Scope(), frozenset(EVERYBODY)),
    "planner": Person("pia.fenwick", Scope(), frozenset()),
    "auditor": Person("otto.fenwick", Scope(), frozenset()),
}


def published_with_everybody(settings: Settings) -> Settings:
    """The gate's small world published, with a user of each function."""
    kit.build_world(settings)
    for function, person in PEOPLE.items():
        let_in(settings, person.login, function, person.scope)
    kit.judge_lightly(settings, data.PUBLISH_ID)
    publish(settings, data.PUBLISH_ID)
    return settings


READERS = [function for function, person in PEOPLE.items() if person.sees]
ATTEMPTS = [
    "select * from mart.dim_person",
    "table mart.fct_person_indicators",
    "select visible_to from mart.dim_person",
    "select mart.dim_person from mart.dim_person",
    "copy mart.dim_person to stdout",
    "copy (select visible_to from mart.dim_person) to stdout",
    "copy mart.dim_person to program 'cat'",
    "set role hl_dbt",
    "set role hl_mart_owner",
    "set role hl_access_owner",
    "set role postgres",
    "set session authorization hl_publisher",
    "set session_replication_role = replica",
    "set log_min_messages = debug1",
    "alter table mart.dim_person disable row level security",
    "alter table mart.dim_person no force row level security",
    "drop policy fn_ta_officer on mart.dim_person",
    "create policy mine on mart.dim_person using (true)",
    "create temporary table mine as select 1",
    "create function pg_temp.mine() returns int language sql as 'select 1'",
    "do $$ begin raise log 'hearthlink read: tia.fenwick reads dim_person'; end $$",
    "select lo_from_bytea(0, 'x')",
    "select pg_read_file('PG_VERSION')",
    "select * from pg_catalog.pg_statistic",
    "select * from pg_catalog.pg_authid",
    "select * from pg_catalog.pg_largeobject",
    "select * from access.user_caseloads",
    "insert into access.user_partners values ('hal.fenwick', 'fakeshire_ta', now())",
    "select control.log_access('a', 'forged_entry', '', '', '{}')",
    "select * from control.visibility",
    "select * from control.person_key_salt",
    "select * from raw.csc_persons",
    "select * from staged.stg_csc_persons",
    "select * from matched.person_records",
    "select * from mart.dim_person",
    "select * from mart_previous.dim_person",
    "select * from agreement.functions",
    "grant fn_data_steward to current_user",
]


def population() -> Council:
    """Five people: in temporary accommodation all but Cai, a tenant; Rae is restricted."""
    council = Council()
    told = {"start_date": "2026-01-05"}
    council.housed("Ann Alder", "2014-02-03", "AA1 1AA", nhs_number=nhs_number(1))
    council.housed("Rae Rowan", "2013-02-03", "AA1 1AB", nhs_number=nhs_number(5))
    for name, serial, more in (("Ann Alder", 1, {}), ("Rae Rowan", 5, {"restricted": "Y"})):
        born = "2014-02-03" if serial == 1 else "2013-02-03"
        child = council.child(name, born, nhs_number=nhs_number(serial), upn=upn(serial), **more)
        council._add("csc_involvements", CSC, involvement_id=f"I{serial}", person_id=child, worker_name="Priya Marlowe",
                     team="Early help", service="Family support", **told)  # fmt: skip
        pupil = council.pupil(name, born, upn=upn(serial), laestab="9999001", entry_date="2024-09-01")
        if serial == 1:
            council._add("edu_sen", EDU, plan_id="S1", person_id=pupil, need_type="ASD", need_rank="1",
                         plan_start="2025-01-06", caseworker="Sid Marlowe", team="SEND")  # fmt: skip
    council._add("gias_schools", REFERENCE, urn="999901", la_code="999", establishment_number="9001",
                 establishment_name="Quayside Primary", establishment_status_code="1", postcode="AA1 2AB")  # fmt: skip
    council.housed("Bea Birch", "1985-06-07")
    council.adult("Bea Birch", "1985-06-07")
    council.housed("Dot Damson", "1979-05-05", nhs_number=nhs_number(2))
    council.tenant("Dot Damson", "1979-05-05", nhs_number=nhs_number(2))
    dot = council.adult("Dot Damson", "1979-05-05", nhs_number=nhs_number(2))
    council._add("asc_involvements", ASC, involvement_id="I9", person_id=dot, worker_name="Wes Marlowe",
                 team="Adults North", service="Adult Social Care", **told)  # fmt: skip
    council.tenant("Cai Cedar", "1979-07-07", nhs_number=nhs_number(4))
    council.adult("Cai Cedar", "1979-07-07", nhs_number=nhs_number(4))
    return council


BREAKS = {
    "a grant": ("revoke select (gender) on mart.dim_person from fn_ta_officer",
                "missing: dim_person.gender: SELECT for fn_ta_officer"),
    "a column too many": ("grant select (visible_to) on mart.dim_person to fn_ta_officer",
                          "not meant: dim_person.visible_to: SELECT for fn_ta_officer"),
    "a table to everybody": ("grant select on mart.dim_person to public",
                             "not meant: dim_person: SELECT for everybody"),
    "a policy more": ("create policy more on mart.dim_person to fn_ta_officer using (true)",
                      "not meant: dim_person: policy more"),
    "a policy": ("drop policy fn_ta_officer on mart.dim_person",
                 "missing: dim_person: policy fn_ta_officer"),
    "a policy's rule": ("alter policy fn_ta_officer on mart.dim_person using (true)",
                        "policy fn_ta_officer"),
    "row security": ("alter table mart.dim_household disable row level security",
                     "missing: dim_household: row level security on"),
    "forced row security": ("alter table mart.dim_household no force row level security",
                            "missing: dim_household: row level security forced"),
    "a role that may pass by": ("alter role fn_ta_officer bypassrls",
                                "role fn_ta_officer passes by row security"),
    "a login that makes roles": ('alter role "hal.fenwick" createrole', "role hal.fenwick makes roles"),
    "a superuser": ('alter role "hal.fenwick" superuser', "role hal.fenwick superuser"),
    "a login that makes databases": ('alter role "hal.fenwick" createdb', "role hal.fenwick makes databases"),
    "a function within another": ("grant fn_data_steward to fn_ta_officer",
                                  "not meant: fn_ta_officer is in fn_data_steward"),
    "a function that logs in": ("alter role fn_ta_officer login", "role fn_ta_officer logs in"),
    "a schema less": ("revoke usage on schema mart from fn_ta_officer",
                      "missing: fn_ta_officer: schema mart: USAGE"),
    "a schema more": ("grant usage on schema matched to fn_ta_officer",
                      "not meant: fn_ta_officer: schema matched: USAGE"),
    "a membership": ('grant fn_data_steward to "hal.fenwick"', "not meant: hal.fenwick is in fn_data_steward"),
    "a membership less": ('revoke fn_housing_officer from "hal.fenwick"',
                          "missing: hal.fenwick is in fn_housing_officer"),
    "a login beside the register": ("create role stray login; grant connect on database hearthlink to stray",
                                    "not meant: stray may connect"),
    "everybody's right": ("grant select on control.publishes to public",
                          "control.publishes is open to everybody"),
    "a default privilege": ("alter default privileges in schema mart_candidate grant select on tables to"
                            " fn_planner", "default privileges of"),
    "a whole table": ("grant select on mart.dim_person to fn_planner",
                      "not meant: dim_person: SELECT for fn_planner"),
    "a right to write": ('grant update on mart.dim_person to "hal.fenwick"',
                         "not meant: dim_person: UPDATE for hal.fenwick"),
    "a right to hand on": ("grant select (gender) on mart.dim_person to fn_ta_officer with grant option",
                           "not meant: dim_person.gender: SELECT for fn_ta_officer to hand on"),
    "an owner": ("alter table mart.dim_person owner to fn_ta_officer",
                 "not meant: dim_person: belongs to fn_ta_officer"),
    "a view over the mart": ("create view control.peek as select person_key from mart.dim_person;"
                             " grant select on control.peek to fn_planner",
                             "not meant: fn_planner: control.peek: SELECT"),
    "a view in the mart": ("create view mart.peek as select person_key from mart.dim_person;"
                           " grant select on mart.peek to fn_planner",
                           "not meant: peek: SELECT for fn_planner"),
    "the database": ("grant create on database hearthlink to fn_ta_officer",
                     "not meant: fn_ta_officer: database: CREATE"),
    "a role that makes databases": ("alter role fn_planner createdb", "role fn_planner makes databases"),
    "a pipeline role for a person": ('grant hl_dbt to "hal.fenwick"', "not meant: hal.fenwick is in hl_dbt"),
    "a way around by function": ("create function control.peek() returns bigint language sql security definer as"
                                 " 'select count(*) from mart.dim_person'",
                                 "not meant: control.peek() is open to everybody"),
    "a login shut by hand": ('alter role "hal.fenwick" nologin', "missing: role hal.fenwick logs in"),
    "a right elsewhere": ("grant select on control.visibility to fn_planner",
                          "not meant: fn_planner: control.visibility: SELECT"),
    "the function of the policies": ("create or replace function access.my_tokens(row_scope text, read_table"
                                     " text) returns text[] language sql stable security definer as"
                                     " 'select array[''whole_system'']'", "missing: access.my_tokens() as set up"),
    "the function that hides people": ("create or replace function access.stopped_tokens() returns text[] language sql"
                                       " stable security definer as 'select array[]::text[]'",
                                       "missing: access.stopped_tokens() as set up"),
    "a stray superuser": ("create role stray superuser login", "not meant: role stray superuser"),
    "a stray that passes by": ("create role stray login bypassrls", "not meant: role stray passes by row security"),
    "a stray that makes roles": ("create role stray login createrole", "not meant: role stray makes roles"),
    "a stray that replicates": ("create role stray login replication", "not meant: role stray replicates"),
    "a stray with the administrator's powers": ("create role stray login; grant postgres to stray",
                                                "not meant: stray is in postgres"),
    "every table for a stray": ("create role stray login; grant pg_read_all_data to stray",
                                "not meant: stray is in pg_read_all_data"),
    "every table for a user": ('grant pg_read_all_data to "hal.fenwick"',
                               "not meant: hal.fenwick is in pg_read_all_data"),
    "the server's files": ("grant pg_read_server_files to hl_loader",
                           "not meant: hl_loader is in pg_read_server_files"),
    "the server's programs": ("grant pg_execute_server_program to fn_planner",
                              "not meant: fn_planner is in pg_execute_server_program"),
    "more for a pipeline login": ("grant update on control.gate_verdicts to hl_dbt",
                                  "not meant: hl_dbt: control.gate_verdicts: UPDATE"),
    "less for a pipeline login": ("revoke select on control.person_key_salt from hl_dbt",
                                  "missing: hl_dbt: control.person_key_salt: SELECT"),
    "a column for a pipeline login": ("grant update (reason) on control.change_approvals to hl_publisher",
                                      "not meant: hl_publisher: control.change_approvals.reason: UPDATE"),
    "raw for the analyst": ("grant usage on schema raw to hl_analyst; grant select on raw.csc_persons to hl_analyst",
                            "not meant: hl_analyst: raw.csc_persons: SELECT"),
    "a partition": ("grant select on raw.csc_persons__fakeshire_csc to hl_dbt",
                    "not meant: hl_dbt: raw.csc_persons__fakeshire_csc: SELECT"),
    "writing what dbt built": ("grant update on matched.links to hl_publisher",
                               "not meant: hl_publisher: matched.links: UPDATE"),
    "the next mart": ("grant usage on schema mart_candidate to hl_loader",
                      "not meant: hl_loader: schema mart_candidate: USAGE"),
    "a setting of the server": ("grant set on parameter session_replication_role to hl_loader",
                                "not meant: hl_loader: parameter session_replication_role: SET"),
    "a setting for everybody": ("grant set on parameter log_min_messages to public",
                                "not meant: parameter log_min_messages is open to everybody"),
    "blocks of code": ("grant usage on language plpgsql to hl_analyst",
                       "not meant: hl_analyst: language plpgsql: USAGE"),
    "a file of the server": ("grant execute on function pg_read_file(text) to hl_analyst",
                             "not meant: hl_analyst: pg_catalog.pg_read_file(): EXECUTE"),
    "the log's owner": ("alter table control.access_log owner to hl_publisher",
                        "not meant: control.access_log: belongs to hl_publisher"),
    "the log's trigger": ("alter table control.access_log disable trigger rows_stay",
                          "not meant: control.access_log: trigger rows_stay off"),
    "the log's function": ("create or replace function control.refuse_change() returns trigger language plpgsql"
                           " as 'begin return new; end'", "missing: control.refuse_change(): belongs"),
    "a log that tells statements": ("alter database hearthlink set log_min_error_statement = 'error'",
                                    "not meant: database: setting log_min_error_statement=error"),
    "a setting of a pipeline login": ("alter role hl_analyst set default_transaction_read_only = off",
                                      "not meant: role hl_analyst: setting default_transaction_read_only=off"),
    "a setting of a user": ('alter role "hal.fenwick" set log_min_error_statement = error',
                            "not meant: role hal.fenwick: setting log_min_error_statement=error"),
    "a setting less": ('alter role "hal.fenwick" reset statement_timeout',
                       "missing: role hal.fenwick: setting statement_timeout=10min"),
    "a view that checks ask": ("create or replace view control.stopped_records as select record_hash, ends_on,"
                               " closed_at as since from control.rights_records inner join"
                               " control.rights_requests using (request_id) where false",
                               "not meant: control.stopped_records: shows"),
}  # fmt: skip
