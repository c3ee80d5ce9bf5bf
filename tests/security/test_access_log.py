"""Nobody changes the access log unseen: not its owner, not its writers, not the administrator."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from dagster_project.governance.access_log import read_chain, record
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.warehouse_kit import ConnectAs

CHANGES = [
    "update control.access_log set actor = 'somebody else'",
    "delete from control.access_log",
    "truncate control.access_log",
]


@pytest.fixture(autouse=True, scope="module")
def logged(warehouse: Settings) -> None:
    with connect(warehouse, "admin") as conn:
        for number in range(3):
            record(conn, actor="ida.quill", action="test_entry", subject=f"p{number}", detail={"rows": number})


@pytest.fixture
def admin(connect_as: ConnectAs) -> Iterator[psycopg.Connection]:
    conn = connect_as("admin")
    yield conn
    conn.rollback()


def test_a_row_says_who_did_what_and_when(admin: psycopg.Connection) -> None:
    rows = admin.execute(
        "select actor, action, subject, purpose, detail, logged_by, happened_at > now() - interval '1 hour'"
        " from control.access_log where action = 'test_entry' and subject = 'p2'"
    ).fetchall()
    assert rows[0] == ("ida.quill", "test_entry", "p2", "", {"rows": 2}, "postgres", True)


@pytest.mark.parametrize("statement", CHANGES)
def test_the_administrator_is_refused_by_the_trigger(admin: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed"):
        admin.execute(statement.encode())


@pytest.mark.parametrize("statement", CHANGES)
def test_its_owner_has_no_right_to_change_a_row(admin: psycopg.Connection, statement: str) -> None:
    admin.execute("set role hl_log_owner")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        admin.execute(statement.encode())


@pytest.mark.parametrize("login", ["hl_loader", "hl_publisher"])
def test_a_writer_adds_rows_through_the_function_alone(connect_as: ConnectAs, login: str) -> None:
    conn = connect_as(login)
    record(conn, actor=login, action="test_writer")
    for statement in (*CHANGES, "insert into control.access_log (entry) values (0)", "select control.refuse_change()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
            conn.execute(statement.encode())


@pytest.mark.parametrize("login", ["hl_dbt", "hl_analyst"])
def test_who_needs_no_log_neither_writes_nor_reads_it(connect_as: ConnectAs, login: str) -> None:
    conn = connect_as(login)
    for statement in ("select control.log_access('a', 'aa', '', '', '{}')", "select * from control.access_log"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
            conn.execute(statement.encode())


def test_what_is_undone_is_not_logged(connect_as: ConnectAs) -> None:
    conn = connect_as("admin")
    before = read_chain(conn)
    record(conn, actor="ida.quill", action="test_undone")
    assert read_chain(conn).entries == before.entries + 1
    conn.rollback()
    assert read_chain(conn) == before


def test_writers_at_the_same_time_make_one_chain(warehouse: Settings) -> None:
    def write(number: int) -> None:
        with connect(warehouse, "hl_publisher", autocommit=True) as conn:
            for _ in range(5):
                record(conn, actor=f"writer {number}", action="test_at_once")

    with connect(warehouse, "admin") as conn:
        before = read_chain(conn).entries
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with connect(warehouse, "admin") as conn:
        after = read_chain(conn)
    assert (after.entries, after.first_broken) == (before + 40, None)


@pytest.mark.parametrize(
    "tampering",
    [
        "update control.access_log set actor = 'x' where entry = 2",
        "update control.access_log set happened_at = happened_at + interval '1 microsecond' where entry = 2",
        "update control.access_log set detail = '{}' where entry = 2",
        "delete from control.access_log where entry = 2",
        "update control.access_log as line set actor = 'x', sha256 = control.access_log_hash("
        "row(line.entry, happened_at, logged_by, 'x', action, subject, purpose, detail, previous_sha256, ''))"
        " where entry = 2",
    ],
)
def test_a_row_changed_past_the_trigger_breaks_the_chain(admin: psycopg.Connection, tampering: str) -> None:
    assert read_chain(admin).first_broken is None
    admin.execute("alter table control.access_log disable trigger rows_stay")
    admin.execute(tampering.encode())
    assert read_chain(admin).first_broken in (2, 3)


@pytest.mark.parametrize(
    "values",
    [("", "test", "", ""), ("a", "Not a word", "", ""), ("a", "test", "s" * 501, "")],
)
def test_a_row_that_says_nothing_is_refused(admin: psycopg.Connection, values: tuple[str, str, str, str]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        admin.execute("select control.log_access(%s, %s, %s, %s, '{}')", values)
