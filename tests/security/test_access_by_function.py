"""Each function of the agreement as such a person meets it, over TCP: columns, rows, and every way around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import psycopg
import pytest

from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.governance.access import audit, users
from dagster_project.governance.access.judge import judge_access
from dagster_project.governance.access.scopes import Scope, parse_caseload
from dagster_project.governance.mart_shape import mart_shape
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from tests.access_kit import BY, let_in
from tests.council_kit import REFERENCE, Pipeline, deliver, with_lines
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


@pytest.fixture(scope="module")
def pipeline(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Published, with one person of each function."""
    folder = tmp_path_factory.mktemp("access")
    shipped = own_warehouse.agreement_file.read_text(encoding="utf-8")
    wider = with_lines(shipped, ("  hold_while: temporary_accommodation", "  hold_while: social_housing"))
    (folder / "agreement.yaml").write_text(wider, encoding="utf-8")
    deliver(own_warehouse, population())
    made = Pipeline(own_warehouse, folder / "target").under(folder / "agreement.yaml")
    made.begin("p_1")
    made.dbt("seed")
    made.dbt("run")
    for function, person in PEOPLE.items():
        let_in(made.settings, person.login, function, person.scope)
    made.publish("p_1")
    return made


@pytest.fixture(scope="module")
def agreement(pipeline: Pipeline) -> Agreement:
    return load_agreement(pipeline.settings.agreement_file)


@pytest.fixture
def as_person(pipeline: Pipeline, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """A session of the function that the test names, which begins by asking for more than it was given."""
    with connect(pipeline.settings, PEOPLE[request.param].login, autocommit=True) as conn:
        conn.execute("set default_transaction_read_only = off")
        yield conn


def visible(conn: psycopg.Connection) -> set[str]:
    return {name for (name,) in conn.execute("select first_name from mart.dim_person").fetchall()}


@pytest.mark.parametrize("function", PEOPLE)
def test_it_reads_the_columns_of_its_items_and_no_other(
    pipeline: Pipeline, agreement: Agreement, function: str
) -> None:
    meant = mart_shape(agreement).readable[function]
    assert bool(meant) == bool(PEOPLE[function].sees)
    every = [tuple(name.split(".")) for name in pipeline.columns("mart")]
    assert len(every) > 60
    with connect(pipeline.settings, PEOPLE[function].login, autocommit=True) as conn:
        for table, column in every:
            statement = f"select {column} from mart.{table}".encode()
            if (table, column) in meant:
                conn.execute(statement)
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    conn.execute(statement)


@pytest.mark.parametrize("function", READERS)
def test_it_sees_the_rows_of_its_people_and_no_other(pipeline: Pipeline, agreement: Agreement, function: str) -> None:
    person, meant = PEOPLE[function], mart_shape(agreement).readable[function]
    keys = dict(pipeline.rows("select person_key, first_name from mart.dim_person"))
    assert set(keys.values()) == EVERYBODY
    with connect(pipeline.settings, person.login) as conn:
        assert visible(conn) == person.sees
        for table in TABLES[1:4]:
            if (table, "person_key") in meant:
                found = conn.execute(f"select person_key from mart.{table}".encode()).fetchall()
                every = {keys[key] for (key,) in pipeline.rows(f"select person_key from mart.{table}")}
                assert {keys[key] for (key,) in found} == person.sees & every != set()
        households = {key for (key,) in conn.execute("select household_key from mart.dim_household").fetchall()}
        of_people = {key for (key,) in conn.execute("select household_key from mart.dim_person").fetchall()}
    assert households == of_people != set()


@pytest.mark.parametrize("as_person", PEOPLE, indirect=True)
def test_no_way_leads_around_it(as_person: psycopg.Connection) -> None:
    may = {"access.user_caseloads"} if as_person.info.user == "otto.fenwick" else set()
    for statement in ATTEMPTS:
        if any(name in statement for name in may):
            continue
        with pytest.raises(psycopg.Error) as refused:
            as_person.execute(statement.encode())
        assert refused.value.sqlstate in {"42501", "42P01"}, statement


@pytest.mark.parametrize("as_person", READERS, indirect=True)
def test_settings_and_roles_that_may_be_taken_on_change_no_row(as_person: psycopg.Connection) -> None:
    before = visible(as_person)
    role = as_person.execute("select rolname from pg_roles where pg_has_role(oid, 'member') and rolname ~ '^fn_'")
    for statement in (
        f"set role {role.fetchall()[0][0]}",
        "set search_path = pg_temp, mart, access",
        "select set_config('app.user', 'stella.fenwick', false)",
        "set application_name = 'stella.fenwick'",
        "set row_security = on",
        "set plan_cache_mode = force_generic_plan",
    ):
        as_person.execute(statement.encode())
        assert visible(as_person) == before
    as_person.execute("set row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        visible(as_person)


@pytest.mark.parametrize("as_person", PEOPLE, indirect=True)
def test_the_catalogue_tells_nobodys_data(pipeline: Pipeline, as_person: psycopg.Connection) -> None:
    with connect(pipeline.settings, "admin") as conn:
        conn.execute("analyze mart.dim_person")
        conn.execute("analyze mart.fct_person_indicators")
    with connect(pipeline.settings, "hl_analyst") as busy:
        busy.execute("select 'Quillfeather' from mart.dim_person")
        told = [
            as_person.execute("select count(*) from pg_stats where schemaname in ('mart', 'matched')").fetchall(),
            as_person.execute(
                "select count(*) from pg_stat_activity where query ~ 'Quill' and pid <> pg_backend_pid()"
            ),
        ]
        assert told[0] == [(0,)]
        assert told[1].fetchall() == [(0,)]


def test_the_auditor_reads_the_log_and_who_could_see_whom(pipeline: Pipeline) -> None:
    key = dict((name, key) for key, name in pipeline.rows("select person_key, first_name from mart.dim_person"))["Dot"]
    with connect(pipeline.settings, "otto.fenwick") as conn:
        actions = {action for (action,) in conn.execute("select action from control.access_log").fetchall()}
        who = {
            login for (login,) in conn.execute("select login from control.who_could_see where person_key = %s", [key])
        }
        assert conn.execute("select first_broken from control.check_access_log()").fetchone() == (None,)
        assert conn.execute("select count(*) > 7 from access.users").fetchone() == (True,)
    assert actions >= {"user_add", "publish"}
    assert who == {person.login for person in PEOPLE.values() if "Dot" in person.sees}
    publish_id, viewers = audit.who_could_see(pipeline.settings, key, "Otto Fenwick")
    assert (publish_id, {viewer.login for viewer in viewers}) == ("p_1", who)


def test_a_restricted_person_has_no_address_school_or_worker(pipeline: Pipeline) -> None:
    with connect(pipeline.settings, "stella.fenwick") as conn:
        found = conn.execute(
            "select current_school, current_school_postcode, assigned_caseworkers, service_team_details"
            " from mart.fct_person_indicators inner join mart.dim_person using (person_key) where first_name = 'Rae'"
        ).fetchall()
        addresses = conn.execute(
            "select distinct address_status, address_line_1, postcode"
            " from mart.bridge_person_address inner join mart.dim_person using (person_key) where first_name = 'Rae'"
        ).fetchall()
    assert found == [("Withheld", None, "Contact Early help", "Family support: Early help")]
    assert addresses == [("withheld", None, None)]


def test_a_leaver_sees_nothing_from_then_on(pipeline: Pipeline) -> None:
    let_in(pipeline.settings, "lou.fenwick", "data_steward", Scope())
    with connect(pipeline.settings, "lou.fenwick", autocommit=True) as conn:
        assert visible(conn) == EVERYBODY
        users.disable(pipeline.settings, "lou.fenwick", BY)
        with pytest.raises(psycopg.OperationalError):
            visible(conn)
    with pytest.raises(WarehouseError, match="did not let"):
        connect(pipeline.settings, "lou.fenwick")
    assert pipeline.rows("select count(*) from access.user_functions where login = 'lou.fenwick'") == [(1,)]


def test_rows_are_decided_once_per_statement(pipeline: Pipeline) -> None:
    with connect(pipeline.settings, "hal.fenwick") as conn:
        plan = "\n".join(chain(*conn.execute("explain (costs off) select first_name from mart.dim_person").fetchall()))
    assert "InitPlan" in plan
    assert "SubPlan" not in plan


BREAKS = {
    "a grant": ("revoke select (gender) on mart.dim_person from fn_ta_officer",
                "missing: dim_person.gender: SELECT for fn_ta_officer"),
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
    "a membership": ('grant fn_data_steward to "hal.fenwick"', "not meant: hal.fenwick is in fn_data_steward"),
    "a membership less": ('revoke fn_housing_officer from "hal.fenwick"',
                          "missing: hal.fenwick is in fn_housing_officer"),
    "a login beside the register": ("create role stray login; grant connect on database hearthlink to stray",
                                    "not meant: stray may connect"),
    "everybody's right": ("grant select on control.publishes to public",
                          "control.publishes is open to everybody"),
    "a default privilege": ("alter default privileges in schema mart_candidate grant select on tables to"
                            " fn_planner", "default privileges of"),
    "a right elsewhere": ("grant select on control.visibility to fn_planner",
                          "not meant: fn_planner: control.visibility: SELECT"),
    "the function of the policies": ("create or replace function access.my_tokens(row_scope text, read_table"
                                     " text) returns text[] language sql stable security definer as"
                                     " 'select array[''whole_system'']'", "missing: access.my_tokens() as set up"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_a_control_removed_by_hand_is_found_and_named(pipeline: Pipeline, agreement: Agreement, name: str) -> None:
    statement, named = BREAKS[name]
    with connect(pipeline.settings, "admin") as conn:
        assert all(check.passed for check in judge_access(conn, mart_shape(agreement), "mart"))
        conn.execute(statement.encode())
        failed = [check for check in judge_access(conn, mart_shape(agreement), "mart") if not check.passed]
        conn.rollback()
    assert failed
    assert named in "; ".join(str(check.observed["named"]) for check in failed)
