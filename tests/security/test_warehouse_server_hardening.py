"""The embedded server: no trust, loopback only, private files, and no row value in its log."""

import os
import re
import signal
import socket
import stat
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, open_connection, parameters
from dagster_project.warehouse.endpoint import Endpoint, read_endpoint
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.roles import PIPELINE_LOGINS
from dagster_project.warehouse.secrets_store import password_file, read_password
from tests.warehouse_kit import connector

CANARY = "Zyxwvut-Canary"


@pytest.fixture(scope="module")
def endpoint(own_warehouse: Settings) -> Endpoint:
    found = read_endpoint(own_warehouse)
    assert found is not None
    return found


def test_password_files_are_the_owners_alone(own_warehouse: Settings) -> None:
    assert stat.S_IMODE(own_warehouse.secrets_dir.stat().st_mode) == 0o700
    for login in ("postgres", *PIPELINE_LOGINS):
        file = password_file(own_warehouse, login)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(read_password(own_warehouse, login)) >= 24
    assert len({read_password(own_warehouse, login) for login in PIPELINE_LOGINS}) == len(PIPELINE_LOGINS)
    assert not [file for file in own_warehouse.secrets_dir.iterdir() if file.suffix != ".password"]


def test_every_way_in_asks_for_a_scram_password(own_warehouse: Settings, endpoint: Endpoint) -> None:
    rules = [line.split() for line in (endpoint.data / "pg_hba.conf").read_text().splitlines()]
    methods = {rule[-1] for rule in rules if rule and not rule[0].startswith("#")}
    assert methods == {"scram-sha-256"}
    with connect(own_warehouse, "admin") as conn:
        weak = conn.execute(
            "select rolname from pg_authid where rolcanlogin and rolpassword not like 'SCRAM-SHA-256$%'"
        ).fetchall()
    assert weak == []
    with pytest.raises(WarehouseError, match="password authentication failed"):
        open_connection(parameters(own_warehouse, "hl_dbt") | {"password": "wrong"})


def test_no_password_is_left_outside_the_secrets_folder(own_warehouse: Settings, endpoint: Endpoint) -> None:
    passwords = [read_password(own_warehouse, login).encode() for login in ("postgres", *PIPELINE_LOGINS)]
    files = [path for path in endpoint.base.rglob("*") if path.is_file() and path.stat().st_size < 1_000_000]
    files += [path for path in own_warehouse.home.iterdir() if path.is_file()]
    assert not [path.name for path in files if any(password in path.read_bytes() for password in passwords)]


def test_nothing_listens_beyond_loopback(endpoint: Endpoint) -> None:
    with socket.create_connection((endpoint.host, endpoint.port), timeout=5):
        pass
    for table, loopback in (("/proc/net/tcp", {"0100007F"}), ("/proc/net/tcp6", set[str]())):
        if not Path(table).exists():
            pytest.skip("no list of sockets on this system")
        rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
        listeners = [row[1].split(":") for row in rows if row[3] == "0A"]
        assert {address for address, port in listeners if int(port, 16) == endpoint.port} == loopback


def test_a_server_that_asks_for_the_bare_password_does_not_get_it(own_warehouse: Settings) -> None:
    """A stranger on the port asks for a clear-text password: the client must hang up instead."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def ask() -> None:
            session, _ = listener.accept()
            with session:
                session.settimeout(5)
                if session.recv(1024)[4:8] == b"\x04\xd2\x16\x2f":  # a wish for TLS, or for GSS below
                    session.sendall(b"N")
                    session.recv(1024)
                session.sendall(b"R\x00\x00\x00\x08\x00\x00\x00\x03")
                received.append(session.recv(1024))

        stranger = threading.Thread(target=ask)
        stranger.start()
        target = parameters(own_warehouse, "hl_dbt") | {"port": str(listener.getsockname()[1]), "sslmode": "disable"}
        with pytest.raises(WarehouseError):
            open_connection(target | {"gssencmode": "disable"})
        stranger.join(timeout=10)
    assert read_password(own_warehouse, "hl_dbt").encode() not in b"".join(received)


FAILING = [
    "insert into staged.canary values ('CANARY', 1), ('CANARY', 1)",
    "insert into staged.canary values ('CANARY', -1)",
    "insert into staged.canary values ('CANARY', null)",
    "insert into staged.canary values ('x', 'CANARY')",
    "select 'CANARY'::date",
    'select "CANARY" from staged.canary',
    "set statement_timeout = '10ms'; select 'CANARY', pg_sleep(1)",
    "do $$ begin raise warning 'CANARY'; raise exception 'CANARY'; end $$",
]


def test_no_value_of_a_failing_row_reaches_the_log(own_warehouse: Settings, endpoint: Endpoint) -> None:
    with connector(own_warehouse) as connect_to:
        dbt = connect_to("hl_dbt", autocommit=True)
        dbt.execute("create table staged.canary (name text primary key, amount int not null check (amount > 0))")
        for statement in FAILING:
            with pytest.raises(psycopg.Error):
                dbt.execute(statement.replace("CANARY", CANARY).encode())
        with pytest.raises(psycopg.Error):
            dbt.execute("insert into staged.canary values (%s, %s)", [CANARY, -5])
        with pytest.raises(psycopg.Error), dbt.cursor().copy("copy staged.canary from stdin") as copy:
            copy.write(f"{CANARY}\t{CANARY}\n")
    assert CANARY not in endpoint.log_file.read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_query_of_a_crashed_session_does_not_reach_the_log(own_warehouse: Settings, endpoint: Endpoint) -> None:
    with connector(own_warehouse) as connect_to:
        victim = connect_to("hl_dbt", autocommit=True)
        killer = threading.Timer(0.5, os.kill, (victim.info.backend_pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(psycopg.OperationalError):
            victim.execute(f"select '{CANARY}', pg_sleep(30)".encode())
    log = ""
    for _ in range(100):
        log = endpoint.log_file.read_text()
        if re.search("terminated by signal 9", log):
            break
        threading.Event().wait(0.1)
    assert "terminated by signal 9" in log
    assert CANARY not in log
