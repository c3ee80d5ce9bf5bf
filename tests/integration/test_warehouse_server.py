"""The embedded server in daily life: start, stop, a kill, a taken port, files that were lost."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse import cluster, embedded
from dagster_project.warehouse.connection import open_connection, parameters
from dagster_project.warehouse.endpoint import Endpoint, endpoint_file, read_endpoint
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.file_lock import file_lock
from dagster_project.warehouse.postmaster import living_postmaster
from dagster_project.warehouse.secrets_store import password_file
from tests.warehouse_kit import temporary_settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX systems")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home with a server, which each test leaves in a state that `start` can mend."""
    settings = temporary_settings(tmp_path_factory.mktemp("server") / "home")
    yield settings
    embedded.destroy(settings)


@pytest.fixture
def running(home: Settings) -> Endpoint:
    return embedded.start(home)


def pid_of(settings: Settings) -> int:
    pid = embedded.status(settings).pid
    assert pid is not None
    return pid


def log_in(settings: Settings) -> psycopg.Connection:
    return open_connection(parameters(settings, "admin", "postgres"), autocommit=True)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_start_and_stop_may_be_repeated_and_the_port_stays(home: Settings, running: Endpoint) -> None:
    pid = pid_of(home)
    assert embedded.start(home) == running
    assert pid_of(home) == pid
    assert embedded.stop(home) is True
    assert embedded.stop(home) is False
    assert not embedded.status(home).running
    assert embedded.start(home).port == running.port


def test_a_port_taken_meanwhile_is_replaced(home: Settings, running: Endpoint) -> None:
    embedded.stop(home)
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind((running.host, running.port))
        squatter.listen()
        moved = embedded.start(home)
    assert moved.port != running.port
    assert read_endpoint(home) == moved


def test_a_killed_server_comes_back_with_what_was_committed(home: Settings, running: Endpoint) -> None:
    with log_in(home) as conn:
        conn.execute("create table kept as select 1 as number")
    os.kill(pid_of(home), signal.SIGKILL)
    wait_for(lambda: living_postmaster(running.data) is None)
    assert (running.data / "postmaster.pid").exists()
    embedded.start(home)
    with log_in(home) as conn:
        assert conn.execute("select number from kept").fetchone() == (1,)


def test_a_pid_file_naming_a_stranger_does_not_block_the_start(home: Settings, running: Endpoint) -> None:
    """After a reboot the number may belong to any other process."""
    embedded.stop(home)
    lines = [str(os.getpid()), str(running.data), "1", str(running.port), "", "127.0.0.1", "", "ready"]
    (running.data / "postmaster.pid").write_text("\n".join(lines))
    embedded.start(home)
    assert pid_of(home) != os.getpid()


def test_a_start_that_fails_shows_the_end_of_the_log(home: Settings, running: Endpoint) -> None:
    embedded.stop(home)
    control = running.data / "global" / "pg_control"
    control.rename(control.with_name("away"))
    with pytest.raises(WarehouseError, match="did not start") as failure:
        embedded.start(home)
    assert "pg_control" in str(failure.value)
    control.with_name("away").rename(control)
    embedded.start(home)


def test_a_lost_or_damaged_endpoint_file(home: Settings, running: Endpoint) -> None:
    kept = endpoint_file(home).read_text()
    endpoint_file(home).unlink()
    assert embedded.start(home) == running
    endpoint_file(home).write_text("{half")
    with pytest.raises(WarehouseError, match="damaged"):
        embedded.start(home)
    endpoint_file(home).write_text(kept)


def test_without_the_superusers_password_the_data_is_kept(home: Settings, running: Endpoint) -> None:
    secret = password_file(home, "postgres")
    kept = secret.read_text()
    secret.write_text("Not-the-password-1\n")
    with pytest.raises(WarehouseError, match="the stored password is not its own"):
        embedded.start(home)
    secret.unlink()
    with pytest.raises(WarehouseError, match="Restore that folder"):
        embedded.start(home)
    assert (running.data / "PG_VERSION").is_file()
    secret.write_text(kept)
    secret.chmod(0o600)
    embedded.start(home)


def test_the_start_waits_for_the_lock_and_then_says_who_to_wait_for(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with file_lock(lock, 1), pytest.raises(WarehouseError, match="Another command"), file_lock(lock, 0.2):
        pytest.fail("two holders")


def test_a_server_of_the_councils_own_is_never_started(home: Settings) -> None:
    with pytest.raises(WarehouseError, match="server of your own"):
        embedded.start(replace(home, dsn="postgresql://admin@db.example.gov.uk/postgres"))


def test_ports_lie_where_no_outgoing_connection_takes_them() -> None:
    assert cluster.free_port() < 32768
