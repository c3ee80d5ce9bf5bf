"""Each function of the agreement as such a person meets it, over TCP: columns, rows, and every way around them."""

from collections.abc import Iterator
from itertools import chain

import psycopg
import pytest

from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.governance.access import audit, users
from dagster_project.governance.access.judge import judge_access
from dagster_project.governance.access.scopes import Scope
from dagster_project.governance.mart_shape import mart_shape
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from tests.access_kit import BY, let_in
from tests.access_world import ATTEMPTS, BREAKS, EVERYBODY, PEOPLE, READERS, TABLES, population
from tests.council_kit import Pipeline, deliver, with_lines


@pytest.fixture(scope="module")
def pipeline(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Published, with one person of each function."""
    folder = tmp_path_factory.mktemp("access")
    shipped = own_warehouse.agreement_file.read_text(encoding="utf-8")
    wider = with_lines(shipped, ("  hold_while: temporary_accommodation", "  hold_while: social_housing"))
    (folder / "agreement.yaml").write_text(wider, encoding="utf-8")
    deliver(own_warehouse, population())
    made = Pipeline(own_warehouse, folder / "target").under(folder / "agreement.yaml")
    made.build_once("p_1")
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


@pytest.mark.parametrize("name", BREAKS)
def test_a_control_removed_by_hand_is_found_and_named(pipeline: Pipeline, agreement: Agreement, name: str) -> None:
    statement, named = BREAKS[name]
    with connect(pipeline.settings, "admin") as conn:
        assert all(check.passed for check in judge_access(conn, mart_shape(agreement), "mart"))
        conn.execute(statement.encode())
        failed = [check for check in judge_access(conn, mart_shape(agreement), "mart") if not check.passed]
        conn.rollback()
    assert failed
    told = "; ".join(str(check.observed["named"]) for check in failed)
    assert named in told
    assert "Repair: " in told
