"""Fifty readers while publishes swap a hundred times: no error, no mixed publish, nobody outside their scope."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import psycopg
import pytest

from dagster_project.agreement.model import load_agreement
from dagster_project.governance.access.controls import row_rule
from dagster_project.governance.access.functions import ensure_functions
from dagster_project.governance.access.scopes import Caseload, Scope
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.swap import drop_previous, reset_candidate, swap_schemas
from tests.access_kit import let_in

READERS = 50
SWAPS = 100
TABLES = ("bridge_person_address", "dim_person", "fct_person_indicators")
FUNCTIONS = {
    "housing_officer": ("own_partner", Scope(partners=("fakeshire_homes",)), {"p1", "p2"}),
    "ta_officer": ("temporary_accommodation", Scope(), {"p2", "p3"}),
    "childrens_worker": (
        "own_caseload", Scope(caseloads=(Caseload("fakeshire_csc", "Early help", "Priya Marlowe"),)), {"p4"}
    ),
    "data_steward": ("all", Scope(), {"p1", "p2", "p3", "p4", "p5"}),
}  # fmt: skip
# What opens each person's rows; the worker's token is the one that the register has.
TOKENS = {
    "p1": "array['whole_system', 'partner:fakeshire_homes']",
    "p2": "array['whole_system', 'partner:fakeshire_homes', 'ta']",
    "p3": "array['whole_system', 'ta']",
    "p4": "array['whole_system', '{worker}']",
    "p5": "array['whole_system']",
}
JOINED = """
    select person_key, dim_person.publish_id, fct_person_indicators.publish_id, bridge_person_address.publish_id
    from mart.dim_person
    inner join mart.fct_person_indicators using (person_key)
    inner join mart.bridge_person_address using (person_key)
"""
ONE_BY_ONE = tuple(f"select person_key, publish_id from mart.{table}" for table in TABLES)
READS = (
    JOINED,
    " union all ".join(ONE_BY_ONE) + " order by 1",
    " union all ".join(reversed(ONE_BY_ONE)),
    *ONE_BY_ONE,
)


@dataclass
class Reader:
    """One connection that reads until it is told to end; what it should not have seen is in `faults`."""

    conn: psycopg.Connection[Any]
    sees: set[str]
    publishes: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    reads: int = 0

    def run(self, done: threading.Event) -> None:
        for statement in cycle(READS):
            if done.wait(0.05):
                return
            try:
                self._read(statement)
            except psycopg.Error as fault:
                self.faults.append(f"{fault.sqlstate} {fault}")
                return

    def _read(self, statement: str) -> None:
        rows = self.conn.execute(statement.encode()).fetchall()
        told = {publish_id for row in rows for publish_id in row[1:]}
        self.faults += [f"mixed: {sorted(told)}"] if len(told) != 1 else []
        self.faults += [f"rows: {rows}"] if {row[0] for row in rows} != self.sees else []
        self.publishes |= told
        self.reads += 1


@pytest.fixture(scope="module")
def worker(own_warehouse: Settings) -> str:
    """Three people of each function in the register; the token of the children's worker."""
    with connect(own_warehouse, "admin") as conn:
        ensure_functions(conn, load_agreement(own_warehouse.agreement_file))
    for function, (_, scope, _) in FUNCTIONS.items():
        for name in ("ada", "ben", "cal"):
            let_in(own_warehouse, f"{name}.{function.replace('_', '')}", function, scope)
    with connect(own_warehouse, "admin") as conn:
        return conn.execute("select distinct token from access.user_caseloads").fetchall()[0][0]


@pytest.fixture
def readers(own_warehouse: Settings, worker: str) -> Iterator[list[Reader]]:
    del worker
    logins = cycle(
        (f"{name}.{function.replace('_', '')}", sees)
        for name in ("ada", "ben", "cal")
        for function, (_, _, sees) in FUNCTIONS.items()
    )
    with ExitStack() as stack:
        yield [
            Reader(stack.enter_context(connect(own_warehouse, login, autocommit=True)), sees)
            for login, sees in (next(logins) for _ in range(READERS))
        ]


def build(settings: Settings, publish_id: str, worker: str) -> None:
    """What dbt leaves: tables about people with the policies of the product, read by the functions."""
    people = ", ".join(f"('{key}', {tokens.format(worker=worker)})" for key, tokens in TOKENS.items())
    statements = []
    for table in TABLES:
        name = f"mart_candidate.{table}"
        statements += [
            f"create table {name} as select *, '{publish_id}' as publish_id"
            f" from (values {people}) as people (person_key, visible_to)",
            f"alter table {name} enable row level security, force row level security",
            f"create policy builder on {name} to hl_dbt using (true) with check (true)",
        ]
        for function, (scope, _, _) in FUNCTIONS.items():
            statements += [
                f"create policy fn_{function} on {name} for select to fn_{function} using {row_rule(scope, table)}",
                f"grant select (person_key, publish_id) on {name} to fn_{function}",
            ]
    with connect(settings, "hl_publisher") as conn:
        reset_candidate(conn)
    with connect(settings, "hl_dbt") as conn:
        conn.execute("; ".join(statements).encode())


def publish(settings: Settings, number: int, worker: str) -> None:
    build(settings, f"p_{number:03}", worker)
    with connect(settings, "hl_publisher") as conn:
        drop_previous(conn)
        swap_schemas(conn)


def test_nobody_meets_two_publishes_an_error_or_a_stranger(
    own_warehouse: Settings, worker: str, readers: list[Reader]
) -> None:
    publish(own_warehouse, 0, worker)
    done = threading.Event()
    threads = [threading.Thread(target=reader.run, args=(done,)) for reader in readers]
    for thread in threads:
        thread.start()
    try:
        for number in range(1, SWAPS + 1):
            publish(own_warehouse, number, worker)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert [fault for reader in readers for fault in reader.faults] == []
    assert min(reader.reads for reader in readers) > 10
    assert len(set().union(*(reader.publishes for reader in readers))) > SWAPS // 2
