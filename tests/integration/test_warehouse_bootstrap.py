"""Bootstrap: everything is there, a second call changes nothing and costs little, a changed contract is applied."""

import time
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from dagster_project.extracts.contracts import load_contracts
from dagster_project.settings import Settings
from dagster_project.warehouse import bootstrap
from dagster_project.warehouse.bootstrap import ensure_warehouse
from dagster_project.warehouse.connection import connect, connection_env, sqlalchemy_url
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.fingerprint import schema_fingerprint
from dagster_project.warehouse.lock import RunInProgress, run_lock
from dagster_project.warehouse.roles import PIPELINE_LOGINS
from dagster_project.warehouse.secrets_store import password_file, read_password
from tests.warehouse_kit import ConnectAs, connector

SCHEMAS = {"raw", "agreement", "staged", "matched", "mart_candidate", "mart", "control"}


def value(conn: psycopg.Connection[Any], query: str) -> Any:
    row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def state(settings: Settings) -> tuple[object, ...]:
    with connect(settings, "admin") as conn:
        salt = value(conn, "select salt from control.person_key_salt")
        return salt, *(schema_fingerprint(conn, schema) for schema in ("raw", "agreement", "control"))


def test_every_schema_and_one_raw_table_per_contract(warehouse: Settings, connect_as: ConnectAs) -> None:
    conn = connect_as("admin")
    found = {row[0] for row in conn.execute("select nspname from pg_namespace")}
    assert found >= SCHEMAS
    for name, contract in load_contracts().items():
        columns = conn.execute(
            "select column_name, data_type from information_schema.columns "
            "where table_schema = 'raw' and table_name = %s order by ordinal_position",
            [name],
        ).fetchall()
        origin = ["partner", "delivery_id", "file_number", "line_number"]
        assert [column for column, _ in columns] == [*contract.columns, *origin]
        assert {kind for column, kind in columns if column in contract.columns} == {"text"}


def test_every_pipeline_login_connects_over_every_route(warehouse: Settings, connect_as: ConnectAs) -> None:
    import psycopg2
    from sqlalchemy.engine import make_url

    for login in PIPELINE_LOGINS:
        assert value(connect_as(login), "select session_user::text") == login
        url = make_url(sqlalchemy_url(warehouse, login))
        assert (url.username, url.password) == (login, read_password(warehouse, login))
    env = connection_env(warehouse, "hl_dbt")
    names = {"PGHOST": "host", "PGPORT": "port", "PGDATABASE": "dbname", "PGUSER": "user", "PGPASSWORD": "password"}
    with psycopg2.connect(make_conninfo(**{names[key]: text for key, text in env.items() if key in names})) as other:
        assert other.info.user == "hl_dbt"


def test_a_second_call_is_quick_and_changes_nothing(warehouse: Settings) -> None:
    before = state(warehouse)
    started = time.monotonic()
    ensure_warehouse(warehouse)
    assert time.monotonic() - started < 0.3
    assert state(warehouse) == before


def test_applying_the_definition_again_keeps_data_salt_and_passwords(own_warehouse: Settings) -> None:
    passwords = [read_password(own_warehouse, login) for login in PIPELINE_LOGINS]
    before = state(own_warehouse)
    with connect(own_warehouse, "admin") as conn:
        conn.execute("update control.schema_version set definition_sha256 = 'of an older version'")
    ensure_warehouse(own_warehouse)
    assert state(own_warehouse)[:3] == before[:3]
    assert [read_password(own_warehouse, login) for login in PIPELINE_LOGINS] == passwords
    connect(own_warehouse, "hl_loader").close()


def test_a_lost_password_is_made_anew(own_warehouse: Settings) -> None:
    password_file(own_warehouse, "hl_dbt").unlink()
    ensure_warehouse(own_warehouse)
    connect(own_warehouse, "hl_dbt").close()


def test_raw_tables_follow_the_contracts(own_warehouse: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = bootstrap.table_shapes()
    changed = shapes | {"ren_balances": (*shapes["ren_balances"][:-1], "a_new_column")}
    with connector(own_warehouse) as connect_to:
        loader = connect_to("hl_loader", autocommit=True)
        loader.execute("create table raw.\"ren_balances__a\" partition of raw.ren_balances for values in ('a')")
        loader.execute(
            "insert into raw.ren_balances (tenancy_id, partner, delivery_id, line_number) values ('t1', 'a', 'd', 1)"
        )
        monkeypatch.setattr(bootstrap, "table_shapes", lambda: changed)
        ensure_warehouse(own_warehouse)
        cursor = connect_to("hl_dbt", autocommit=True).execute("select * from raw.ren_balances")
        columns = [column.name for column in cursor.description or []]
        assert len(cursor.fetchall()) == 1
        assert "a_new_column" in columns
        assert shapes["ren_balances"][-1] not in columns
        monkeypatch.undo()
        ensure_warehouse(own_warehouse)


def test_a_session_in_the_way_is_named_not_waited_for_without_end(
    own_warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = bootstrap.table_shapes()
    monkeypatch.setattr(bootstrap, "table_shapes", lambda: shapes | {"ren_balances": (*shapes["ren_balances"], "more")})
    monkeypatch.setattr(bootstrap, "_LOCK_TIMEOUT", "100ms")
    with connector(own_warehouse) as connect_to:
        connect_to("hl_dbt").execute("select from raw.ren_balances")
        with pytest.raises(WarehouseError, match="lock timeout"):
            ensure_warehouse(own_warehouse)


def test_only_one_run_at_a_time(warehouse: Settings) -> None:
    with run_lock(warehouse), pytest.raises(RunInProgress, match="Another run"), run_lock(warehouse):
        pytest.fail("two runs held the warehouse")
    with run_lock(warehouse):
        pass


def test_an_unknown_login_is_told_what_to_do(warehouse: Settings) -> None:
    with pytest.raises(WarehouseError, match=r"No password is stored for login nobody\.here"):
        connect(warehouse, "nobody.here")
