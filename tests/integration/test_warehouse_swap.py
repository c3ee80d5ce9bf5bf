"""Publishing by rename: whole or not at all, rights move with the schema, a reader is never harmed."""

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse import swap
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.fingerprint import schema_fingerprint
from dagster_project.warehouse.lock import PUBLISH_LOCK
from dagster_project.warehouse.logins import ensure_function_roles
from dagster_project.warehouse.swap import drop_previous, reset_candidate, swap_schemas
from tests.access_kit import let_in
from tests.warehouse_kit import ConnectAs, connector

OFFICER = "olga.fenwick"


@pytest.fixture(scope="module")
def settings(own_warehouse: Settings) -> Settings:
    with connect(own_warehouse, "admin") as conn:
        ensure_function_roles(conn, ["housing_officer"])
    let_in(own_warehouse, OFFICER)
    return own_warehouse


@pytest.fixture
def connect_to(settings: Settings) -> Iterator[ConnectAs]:
    with connector(settings) as opener:
        yield opener


def build(connect_to: ConnectAs, publish_id: str) -> None:
    """What dbt does: two tables that carry the publish id, readable by the function."""
    with connect_to("hl_publisher") as conn:
        reset_candidate(conn)
    with connect_to("hl_dbt") as conn:
        for table in ("one", "two"):
            conn.execute(f"create table mart_candidate.{table} as select '{publish_id}' as publish_id".encode())
            conn.execute(
                f"grant select on mart_candidate.{table} to fn_housing_officer, hl_publisher, hl_analyst".encode()
            )


def publish(connect_to: ConnectAs, publish_id: str) -> None:
    build(connect_to, publish_id)
    with connect_to("hl_publisher") as conn:
        drop_previous(conn)
        swap_schemas(conn)


def published(connect_to: ConnectAs, login: str = OFFICER) -> str:
    with connect_to(login) as conn:
        row = conn.execute("select publish_id from mart.one").fetchone()
    assert row is not None
    return row[0]


def test_each_publish_replaces_the_last_and_keeps_one_previous(connect_to: ConnectAs) -> None:
    for publish_id in ("first", "second", "third"):
        publish(connect_to, publish_id)
        assert published(connect_to) == publish_id
        assert published(connect_to, "hl_analyst") == publish_id
    row = connect_to("admin").execute("select publish_id from mart_previous.one").fetchone()
    assert row == ("second",)


def test_rights_after_the_swap(connect_to: ConnectAs) -> None:
    publish(connect_to, "rights")
    publish(connect_to, "rights again")
    rows = (
        connect_to("admin")
        .execute(
            """
        select nspname, rolname, string_agg(privilege_type, ',' order by privilege_type)
        from pg_namespace
        cross join lateral aclexplode(nspacl) as rights
        inner join pg_roles on rights.grantee = pg_roles.oid
        where nspname like 'mart%' and rolname <> 'hl_mart_owner'
        group by nspname, rolname
        """
        )
        .fetchall()
    )
    assert set(rows) == {
        ("mart", "fn_housing_officer", "USAGE"),
        ("mart", "hl_analyst", "USAGE"),
        ("mart_candidate", "hl_dbt", "CREATE,USAGE"),
        ("mart_candidate", "hl_publisher", "USAGE"),
        ("mart_candidate", "hl_analyst", "USAGE"),
    }


def test_what_was_judged_is_what_is_published(connect_to: ConnectAs) -> None:
    build(connect_to, "judged")
    with connect_to("hl_publisher") as conn:
        judged = schema_fingerprint(conn, "mart_candidate")
        conn.commit()
        drop_previous(conn)
        swap_schemas(conn)
        assert schema_fingerprint(conn, "mart") == judged


def test_without_the_callers_commit_nothing_has_happened(connect_to: ConnectAs) -> None:
    publish(connect_to, "kept")
    before = schema_fingerprint(connect_to("admin"), "mart")
    build(connect_to, "given up")
    conn = connect_to("hl_publisher")
    drop_previous(conn)
    swap_schemas(conn)
    conn.rollback()
    assert schema_fingerprint(connect_to("admin"), "mart") == before
    assert published(connect_to) == "kept"


def test_readers_during_swaps_see_one_publish_and_no_error(connect_to: ConnectAs) -> None:
    publish(connect_to, "0")
    done = threading.Event()
    faults: list[str] = []
    seen: set[str] = set()

    def read(conn: psycopg.Connection[Any]) -> None:
        while not done.is_set():
            try:
                rows = conn.execute(
                    "select publish_id from mart.one union all select publish_id from mart.two"
                ).fetchall()
            except psycopg.Error as fault:
                faults.append(type(fault).__name__)
                return
            if len(rows) != 2 or len(set(rows)) != 1:
                faults.append("mixed")
            seen.add(rows[0][0])

    readers = [threading.Thread(target=read, args=(connect_to(OFFICER, autocommit=True),)) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 6):
        publish(connect_to, str(number))
    done.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert len(seen) > 1


def test_a_reader_in_the_midst_of_a_transaction_is_waited_for_and_named_and_never_ended(
    connect_to: ConnectAs,
) -> None:
    publish(connect_to, "read for long")
    reader = connect_to(OFFICER)
    reader.execute("select * from mart.one")
    build(connect_to, "waits")
    publisher = connect_to("hl_publisher")
    drop_previous(publisher)
    with pytest.raises(WarehouseError, match=rf"\({OFFICER}\).*the published mart is unchanged"):
        swap_schemas(publisher, wait_seconds=0)
    publisher.rollback()
    assert reader.execute("select publish_id from mart.two").fetchall() == [("read for long",)]
    threading.Timer(1, reader.rollback).start()
    swap_schemas(publisher)
    publisher.commit()
    assert published(connect_to) == "waits"


def test_swap_refuses_what_would_harm(connect_to: ConnectAs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "_LOCK_TIMEOUT", "100ms")
    publish(connect_to, "before")
    publish(connect_to, "good")
    publisher = connect_to("hl_publisher")
    with pytest.raises(WarehouseError, match="drop_previous"):
        swap_schemas(publisher)
    publisher.rollback()
    drop_previous(publisher)
    with pytest.raises(WarehouseError, match="nothing to publish"):
        swap_schemas(publisher)
    with pytest.raises(WarehouseError, match="open transaction"):
        drop_previous(publisher)
    publisher.rollback()
    with pytest.raises(WarehouseError, match="needs a transaction"):
        swap_schemas(connect_to("hl_publisher", autocommit=True))
    build(connect_to, "blocked")
    connect_to("hl_publisher").execute("select pg_advisory_xact_lock(%s)", [PUBLISH_LOCK])
    with pytest.raises(WarehouseError, match="Another session is publishing"):
        swap_schemas(publisher)
    publisher.rollback()
    assert published(connect_to) == "good"


def test_a_missing_mart_is_no_obstacle(connect_to: ConnectAs) -> None:
    with connect_to("hl_loader") as conn:
        conn.execute("insert into agreement.functions values ('housing_officer', 'Housing officer', 'PU-05', 'all')")
    with connect_to("admin") as conn:
        conn.execute("drop schema mart cascade")
    publish(connect_to, "from nothing")
    assert published(connect_to) == "from nothing"
