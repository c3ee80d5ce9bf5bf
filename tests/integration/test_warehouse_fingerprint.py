"""The fingerprint changes with every single thing that a reader could notice, and with nothing else."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.fingerprint import schema_fingerprint
from tests.warehouse_kit import connector

SCHEMA = "mart_candidate"


@pytest.fixture
def dbt(own_warehouse: Settings) -> Iterator[psycopg.Connection[Any]]:
    """An hl_dbt session with two small tables in the candidate, dropped afterwards."""
    with connector(own_warehouse) as connect_to:
        conn = connect_to("hl_dbt", autocommit=True)
        conn.execute("create table mart_candidate.one (person_key text, amount numeric, seen date, flags jsonb)")
        conn.execute(
            "insert into mart_candidate.one values "
            "('p1', 1.50, '2026-01-01', '{\"a\": 1}'), ('p2', null, null, null), ('p2', null, null, null)"
        )
        conn.execute("create table mart_candidate.two (person_key text, rows text, line text)")
        conn.execute("insert into mart_candidate.two values ('p1', 'a', 'b')")
        conn.execute("grant select on mart_candidate.one, mart_candidate.two to hl_publisher")
        yield conn
        conn.execute("drop table mart_candidate.one, mart_candidate.two")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("update {}.one set amount = 1.51 where person_key = 'p1'", id="one value"),
        pytest.param("update {}.two set rows = ''", id="a value of a column named like a keyword"),
        pytest.param("delete from {}.one where ctid = (select max(ctid) from {}.one)", id="one of two equal rows"),
        pytest.param("grant select (person_key) on {}.two to hl_analyst", id="one column grant"),
        pytest.param("grant select on {}.two to hl_analyst", id="one table grant"),
        pytest.param("alter table {}.two enable row level security", id="a row security flag"),
        pytest.param("alter table {}.one force row level security", id="a force flag"),
        pytest.param("create policy p on {}.two using (person_key = 'p1')", id="a policy"),
        pytest.param("alter table {}.two alter column person_key type varchar(20)", id="a type"),
        pytest.param("alter table {}.two rename column line to lines", id="a column name"),
        pytest.param("alter table {}.one add constraint c check (amount > 0)", id="a constraint"),
        pytest.param("create index i on {}.one (person_key)", id="an index"),
        pytest.param("create view {}.three as select 1 as number", id="a view"),
        pytest.param("alter table {}.two alter column line set default 'x'", id="a default"),
    ],
)
def test_one_change_changes_it(dbt: psycopg.Connection[Any], change: str) -> None:
    before = schema_fingerprint(dbt, SCHEMA)
    with dbt.transaction(force_rollback=True):
        dbt.execute(change.format(SCHEMA, SCHEMA).encode())
        assert schema_fingerprint(dbt, SCHEMA) != before
    assert schema_fingerprint(dbt, SCHEMA) == before


def test_storage_order_session_and_comments_do_not_matter(
    dbt: psycopg.Connection[Any], own_warehouse: Settings
) -> None:
    before = schema_fingerprint(dbt, SCHEMA)
    dbt.execute("update mart_candidate.one set amount = amount")
    dbt.execute("vacuum full mart_candidate.one")
    dbt.execute("comment on table mart_candidate.one is 'a note'")
    dbt.execute("analyze mart_candidate.one")
    with connector(own_warehouse) as connect_to:
        other = connect_to("hl_publisher")
        other.execute("set datestyle = 'German'")
        other.execute("set extra_float_digits = -5")
        assert schema_fingerprint(other, SCHEMA) == before


def test_grants_made_in_another_order_are_the_same(dbt: psycopg.Connection[Any]) -> None:
    dbt.execute("grant select on mart_candidate.one to hl_analyst")
    before = schema_fingerprint(dbt, SCHEMA)
    dbt.execute("revoke select on mart_candidate.one from hl_analyst, hl_publisher")
    dbt.execute("grant select on mart_candidate.one to hl_analyst")
    dbt.execute("grant select on mart_candidate.one to hl_publisher")
    assert schema_fingerprint(dbt, SCHEMA) == before


def test_rows_that_a_policy_hides_stop_it(dbt: psycopg.Connection[Any], own_warehouse: Settings) -> None:
    dbt.execute("alter table mart_candidate.one enable row level security")
    with connector(own_warehouse) as connect_to:
        publisher = connect_to("hl_publisher", autocommit=True)
        with pytest.raises(WarehouseError, match=r"Row rules may hide rows of mart_candidate\.one"):
            schema_fingerprint(publisher, SCHEMA)
        dbt.execute("create policy part on mart_candidate.one to hl_publisher using (person_key = 'p1')")
        with pytest.raises(WarehouseError, match="Row rules"):
            schema_fingerprint(publisher, SCHEMA)
        dbt.execute("create policy every on mart_candidate.one to hl_publisher using (true)")
        assert schema_fingerprint(publisher, SCHEMA) == schema_fingerprint(dbt, SCHEMA)
        dbt.execute("create policy narrow on mart_candidate.one as restrictive using (true)")
        with pytest.raises(WarehouseError, match="Row rules"):
            schema_fingerprint(publisher, SCHEMA)


def test_a_table_without_a_grant_or_a_missing_schema_stops_it(
    dbt: psycopg.Connection[Any], own_warehouse: Settings
) -> None:
    dbt.execute("revoke select on mart_candidate.two from hl_publisher")
    with connector(own_warehouse) as connect_to:
        with pytest.raises(WarehouseError, match="may not read every table"):
            schema_fingerprint(connect_to("hl_publisher"), SCHEMA)
        with pytest.raises(WarehouseError, match="no schema"):
            schema_fingerprint(connect_to("hl_publisher"), "mart_nowhere")
