"""A person's login reads the published mart, as its function may, and can do nothing else at all."""

from collections.abc import Iterator

import psycopg
import pytest

from dagster_project.agreement.model import load_agreement
from dagster_project.governance.access import users
from dagster_project.governance.access.scopes import Scope
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, open_connection, parameters
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.login_names import LoginRefused
from dagster_project.warehouse.logins import ensure_function_roles
from dagster_project.warehouse.swap import drop_previous, reset_candidate, swap_schemas
from tests.access_kit import BY, OWN, let_in
from tests.warehouse_kit import connector

OFFICER = "olga.fenwick"


@pytest.fixture(scope="module")
def settings(own_warehouse: Settings) -> Settings:
    """Published twice; the officer may read one column of one table."""
    with connect(own_warehouse, "admin") as conn:
        ensure_function_roles(conn, ["housing_officer", "planner"])
    with connector(own_warehouse) as connect_to:
        dbt, publisher = connect_to("hl_dbt", autocommit=True), connect_to("hl_publisher")
        for schema in ("staged", "matched"):
            dbt.execute(f"create table {schema}.people as select 1 as number".encode())
        for _ in range(3):
            reset_candidate(publisher)
            publisher.commit()
            dbt.execute("create table mart_candidate.people as select 1 as number, 2 as withheld")
            dbt.execute("grant select (number) on mart_candidate.people to fn_housing_officer")
            drop_previous(publisher)
            swap_schemas(publisher)
            publisher.commit()
        dbt.execute("create table mart_candidate.people as select 1 as number")
    let_in(own_warehouse, OFFICER)
    return own_warehouse


@pytest.fixture
def officer(settings: Settings) -> Iterator[psycopg.Connection]:
    with connector(settings) as connect_to:
        conn = connect_to(OFFICER)
        conn.execute("set default_transaction_read_only = off")
        conn.execute("set transaction read write")
        yield conn


def test_it_reads_its_columns_of_the_mart(officer: psycopg.Connection) -> None:
    assert officer.execute("select number from mart.people").fetchone() == (1,)
    assert officer.execute("select number from people").fetchone() == (1,)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from mart.people",
        "select withheld from mart.people",
        "select * from raw.ren_tenants",
        "select * from staged.people",
        "select * from matched.people",
        "select * from control.deliveries",
        "select * from control.person_key_salt",
        "select * from agreement.partners",
        "select * from mart_candidate.people",
        "select * from mart_previous.people",
        "select * from pg_authid",
        "select pg_read_file('postgresql.conf')",
        "select * from pg_ls_logdir()",
        "copy (select 1) to program 'true'",
        "insert into mart.people (number) values (2)",
        "update mart.people set number = 2",
        "delete from mart.people",
        "truncate mart.people",
        "create table mart.mine (number int)",
        "create table public.mine (number int)",
        "create temporary table mine (number int)",
        "create schema mine",
        "create view mart.mine as select 1",
        "create function mart.mine() returns int language sql as 'select 1'",
        "create role mine",
        "select lo_create(0)",
        "select lo_from_bytea(0, 'x')",
        "select pg_advisory_lock(4857200003)",
        "select pg_try_advisory_xact_lock(4857200002)",
        "lock table mart.people in access exclusive mode",
        "set role hl_dbt",
        "set role fn_planner",
        "set session authorization postgres",
        "set log_min_messages = debug5",
        "select set_config('log_error_verbosity', 'verbose', false)",
        "alter role current_user superuser",
        "alter role current_user password 'own choice'; alter database hearthlink set jit = on",
        "create policy mine on mart.people using (true)",
        "grant fn_planner to current_user",
    ],
)
def test_everything_else_is_refused(officer: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        officer.execute(statement.encode())


def test_it_cannot_enter_another_database(settings: Settings) -> None:
    for database in ("postgres", "template1"):
        with pytest.raises(WarehouseError, match="permission denied"):
            open_connection(parameters(settings, OFFICER, database))


def test_it_has_exactly_one_function_and_no_power(settings: Settings) -> None:
    with connect(settings, "admin") as conn:
        rows = conn.execute(
            "select granted.rolname::text, admin_option from pg_auth_members "
            "inner join pg_roles as granted on roleid = granted.oid "
            "inner join pg_roles as members on member = members.oid where members.rolname = %s",
            [OFFICER],
        ).fetchall()
        powers = conn.execute(
            "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication "
            "from pg_roles where rolname = %s",
            [OFFICER],
        ).fetchone()
    assert rows == [("fn_housing_officer", False)]
    assert powers == (False,)


def test_another_function_replaces_the_first(settings: Settings) -> None:
    let_in(settings, "mover.example", "planner", Scope())
    users.move(settings, load_agreement(settings.agreement_file), "mover.example", "housing_officer", OWN, BY)
    with connect(settings, "mover.example") as conn:
        held = conn.execute(
            "select rolname::text from pg_roles where rolname like 'fn%' and pg_has_role(oid, 'member')"
        ).fetchall()
    assert held == [("fn_housing_officer",)]


def test_a_function_that_left_the_agreement_leaves_the_mart(settings: Settings) -> None:
    with connect(settings, "admin") as conn:
        ensure_function_roles(conn, ["housing_officer"])
        row = conn.execute("select has_schema_privilege('fn_planner', 'mart', 'usage')").fetchone()
        assert row == (False,)
        row = conn.execute("select has_schema_privilege('fn_housing_officer', 'mart', 'usage')").fetchone()
        assert row == (True,)


def test_a_function_without_role_or_with_an_odd_name_is_refused(settings: Settings) -> None:
    for function in ("gardener", "x; drop role", "Housing Officer", ""):
        with pytest.raises(GovernanceError, match="no function of the agreement"):
            let_in(settings, "jane.example", function)
    with pytest.raises(LoginRefused, match="run once with the agreement"):
        let_in(settings, "jane.example", "ta_officer", Scope())
    with connect(settings, "admin") as conn:
        assert conn.execute("select from pg_roles where rolname = 'jane.example'").fetchone() is None


def test_a_role_of_somebody_elses_is_not_taken_over(settings: Settings) -> None:
    with connect(settings, "admin") as conn:
        conn.execute('create role "dora.example" login')
        conn.execute('grant hl_mart_owner to "dora.example"')
    with pytest.raises(LoginRefused, match="hl_mart_owner"):
        let_in(settings, "dora.example")


def test_sessions_begin_read_only_and_bounded(settings: Settings) -> None:
    with connect(settings, OFFICER) as conn:
        assert conn.execute("show default_transaction_read_only").fetchone() == ("on",)
        assert conn.execute("show idle_in_transaction_session_timeout").fetchone() == ("5min",)
        assert conn.execute("show statement_timeout").fetchone() == ("10min",)
