"""Each pipeline login can do its own work and nothing of the others'."""

from collections.abc import Iterator

import psycopg
import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.roles import MART_OWNER, PIPELINE_LOGINS, ensure_role
from dagster_project.warehouse.swap import drop_previous, reset_candidate, swap_schemas
from tests.warehouse_kit import ConnectAs, connector


@pytest.fixture(scope="module")
def settings(own_warehouse: Settings) -> Settings:
    """A warehouse with something in every layer, published twice so that every schema exists."""
    with connector(own_warehouse) as connect_to:
        loader, dbt = connect_to("hl_loader", autocommit=True), connect_to("hl_dbt", autocommit=True)
        publisher = connect_to("hl_publisher")
        loader.execute("create table raw.ren_tenants__homes partition of raw.ren_tenants for values in ('homes')")
        for schema in ("staged", "matched"):
            dbt.execute(f"create table {schema}.people as select 1 as number".encode())
            dbt.execute(f"grant select on {schema}.people to hl_publisher, hl_analyst".encode())
        for _ in range(2):
            reset_candidate(publisher)
            publisher.commit()
            dbt.execute("create table mart_candidate.people as select 1 as number")
            dbt.execute("grant select on mart_candidate.people to hl_publisher, hl_analyst")
            drop_previous(publisher)
            swap_schemas(publisher)
            publisher.commit()
        dbt.execute("create table mart_candidate.people as select 1 as number")
        dbt.execute("grant select on mart_candidate.people to hl_publisher, hl_analyst")
    return own_warehouse


@pytest.fixture
def connect_to(settings: Settings) -> Iterator[ConnectAs]:
    with connector(settings) as opener:
        yield opener


ALLOWED = {
    "hl_loader": [
        "create table raw.ren_tenants__other partition of raw.ren_tenants for values in ('other')",
        "truncate raw.ren_tenants__homes",
        "insert into raw.ren_tenants (person_id, tenancy_id, partner, delivery_id, line_number) "
        "values ('1', '1', 'homes', 'd', 1)",
        "insert into agreement.functions values ('f', 'F', 'purpose')",
        "delete from agreement.functions",
        "insert into control.deliveries (partner, status, received_at) values ('homes', 'refused', now())",
        "insert into control.current_snapshots select 'homes', 'x', delivery_key, 'd', now(), 1 "
        "from control.deliveries limit 1",
        "delete from control.current_snapshots",
    ],
    "hl_dbt": [
        "select * from raw.ren_tenants",
        "select * from agreement.run_context",
        "select * from control.current_snapshots",
        "select salt from control.person_key_salt",
        "select * from control.do_not_link_records",
        "select * from control.decided_records",
        "select * from control.person_key_records",
        "create table staged.made as select 1 as number",
        "create view matched.made as select 1 as number",
        "create table mart_candidate.made as select 1 as number",
        "create temporary table made as select 1 as number",
    ],
    "hl_publisher": [
        "select * from staged.people",
        "select * from matched.people",
        "select * from mart_candidate.people",
        "select * from agreement.partners",
        "select * from control.rejected_rows",
        "insert into control.gate_runs values ('p', true, '{1}', 'sha', 'fp', now(), now())",
        "insert into control.gate_verdicts values ('p', 's', 'c', 'SE-01', true, '{}')",
        "insert into control.publishes values ('p', now(), now(), '1', 'sha', '{1}', 'fp', 1)",
        "insert into control.person_keys values ('p', 'p', now(), 'p', now())",
        "delete from control.person_key_records",
    ],
    "hl_analyst": [
        "select * from agreement.partners",
        "select * from staged.people",
        "select * from matched.people",
        "select * from mart_candidate.people",
        "select * from mart.people",
        "select * from control.deliveries",
        "select * from control.publishes",
    ],
}
REFUSED = {
    "hl_loader": [
        "select * from staged.people",
        "select * from matched.people",
        "select * from mart.people",
        "select salt from control.person_key_salt",
        "select left_record_id from control.do_not_link",
        "select decision from control.review_decisions",
        "select * from control.gate_verdicts",
        "drop table control.deliveries",
        "insert into control.publishes values ('p', now(), now(), '1', 'sha', '{1}', 'fp', 1)",
    ],
    "hl_dbt": [
        "select * from raw.ren_tenants__homes",
        "insert into raw.ren_tenants (partner, delivery_id, line_number) values ('homes', 'd', 1)",
        "create table raw.mine (number int)",
        "delete from agreement.functions",
        "select * from control.deliveries",
        "select left_record_id from control.do_not_link",
        "select why from control.review_decisions",
        "delete from control.do_not_link_records",
        "insert into control.do_not_link (left_partner, left_record_id) values ('homes', '1')",
        "delete from control.review_decisions",
        "update control.person_key_records set person_key = 'p'",
        "insert into control.gate_runs values ('p', true, '{1}', 'sha', 'fp', now(), now())",
        "select * from mart.people",
        "create table mart.mine (number int)",
        "drop table mart.people",
        "alter table mart.people disable row level security",
        "select * from mart_previous.people",
        "alter schema mart_candidate rename to mine",
        "create schema mine",
    ],
    "hl_publisher": [
        "select * from raw.ren_tenants",
        "select salt from control.person_key_salt",
        "update mart.people set number = 2",
        "insert into mart_candidate.people values (2)",
        "create table staged.mine (number int)",
        "delete from agreement.functions",
        "update control.publishes set people = 0",
        "delete from control.publishes",
        "delete from control.deliveries",
        "select reason from control.do_not_link",
        "update control.do_not_link set removed_at = now()",
        "update control.review_decisions set decision = 'confirm'",
        "delete from control.person_keys",
        "select * from control.person_key_events",
        "set role hl_dbt",
    ],
    "hl_analyst": [
        "select * from raw.ren_tenants",
        "select salt from control.person_key_salt",
        "select left_record_id from control.do_not_link",
        "select * from control.do_not_link_records",
        "select * from control.decided_records",
        "select * from control.person_key_records",
        "select * from control.person_key_events",
        "select * from control.access_log",
        "select * from mart_previous.people",
        "update matched.people set number = 2",
        "create table mart.mine (number int)",
        "create temporary table mine (number int)",
        "set role hl_mart_owner",
    ],
}


def cases(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(login, statement) for login, statements in table.items() for statement in statements]


@pytest.mark.parametrize(("login", "statement"), cases(ALLOWED))
def test_it_can_do_its_work(connect_to: ConnectAs, login: str, statement: str) -> None:
    connect_to(login).execute(statement.encode())


@pytest.mark.parametrize(("login", "statement"), cases(REFUSED))
def test_it_cannot_do_the_rest(connect_to: ConnectAs, login: str, statement: str) -> None:
    conn = connect_to(login)
    conn.execute("set default_transaction_read_only = off")
    conn.execute("set transaction read write")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement.encode())


def test_the_analyst_starts_read_only(connect_to: ConnectAs) -> None:
    assert connect_to("hl_analyst").execute("show default_transaction_read_only").fetchone() == ("on",)


def test_no_pipeline_role_has_powers_or_other_memberships(connect_to: ConnectAs) -> None:
    rows = connect_to("admin").execute(
        "select rolname from pg_roles where (rolname like 'hl\\_%' or rolname like 'fn\\_%') "
        "and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)"
    )
    assert rows.fetchall() == []
    members = connect_to("admin").execute(
        "select members.rolname::text, granted.rolname::text from pg_auth_members "
        "inner join pg_roles as members on member = members.oid "
        "inner join pg_roles as granted on roleid = granted.oid where members.rolname = any(%s)",
        [[*PIPELINE_LOGINS, MART_OWNER]],
    )
    assert members.fetchall() == [("hl_publisher", MART_OWNER)]


def test_public_has_nothing_and_there_are_no_default_privileges(connect_to: ConnectAs) -> None:
    admin = connect_to("admin")
    assert admin.execute("select count(*) from pg_default_acl").fetchone() == (0,)
    public = admin.execute(
        """
        select datname from pg_database cross join lateral aclexplode(coalesce(datacl, acldefault('d', datdba))) as acl
        where acl.grantee = 0 and datallowconn
        union all
        select nspname from pg_namespace cross join lateral aclexplode(nspacl) as acl
        where acl.grantee = 0 and nspname not in ('pg_catalog', 'information_schema')
        union all
        select relname from pg_class cross join lateral aclexplode(relacl) as acl
        where acl.grantee = 0 and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
        """
    )
    assert public.fetchall() == []


def test_a_role_that_has_powers_already_is_not_taken_over(settings: Settings) -> None:
    with connect(settings, "admin") as conn:
        conn.execute("create role fn_taken createrole")
        with pytest.raises(WarehouseError, match="rolcreaterole"):
            ensure_role(conn, "fn_taken", login=False)
        conn.rollback()
