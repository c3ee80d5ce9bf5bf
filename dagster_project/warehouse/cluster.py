"""One PostgreSQL cluster on disk: initialise, launch, wait, halt. Decides nothing about where it lies."""

import os
import shutil
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from dagster_project.clock import utc_now
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, parameters
from dagster_project.warehouse.endpoint import HOST, Endpoint
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.placement import program
from dagster_project.warehouse.postmaster import forget_dead_postmaster, living_postmaster
from dagster_project.warehouse.system_user import give, run_as
from dagster_project.warehouse.tuning import server_settings, this_machine

# Below the range that systems hand out to outgoing connections, so that a stopped server finds its port free again.
_PORTS = range(25432, 25632)
_LAUNCHES = 20
_READY_SECONDS = 300
_LOG_TAIL_LINES = 12
_LONGEST_LOG_BYTES = 5_000_000


def initialise(endpoint: Endpoint, password: str) -> None:
    """Make an empty cluster whose superuser has `password`. A killed attempt leaves only `data.new`, made anew."""
    fresh = endpoint.base / "data.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    password_file = endpoint.base / ".pwfile"
    password_file.unlink(missing_ok=True)
    descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(password + "\n")
        give(password_file, endpoint.os_user)
        done = run_as(
            endpoint.os_user,
            [
                program(endpoint.programs, "initdb"),
                f"--pgdata={fresh}",
                "--username=postgres",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ],
            endpoint.base,
        )
    finally:
        password_file.unlink(missing_ok=True)
    if done.returncode != 0:
        raise WarehouseError(
            f"PostgreSQL could not make its data folder {fresh} (initdb ended with code {done.returncode}). "
            f"Check free space and permissions there.\n{_last_lines(done.stdout)}"
        )
    fresh.rename(endpoint.data)


def launch(endpoint: Endpoint) -> Endpoint:
    """Start the server detached. Returns the endpoint with the port it took.

    Raises WarehouseError with the tail of the server's log.
    """
    forget_dead_postmaster(endpoint.data)
    _rotate(endpoint.log_file)
    told = ""
    for _ in range(_LAUNCHES):
        if not _is_free(endpoint.port):
            endpoint = replace(endpoint, port=free_port())
        done, told = _start_once(endpoint)
        if done:
            return endpoint
        if "could not bind" not in told and "could not create any TCP/IP sockets" not in told:
            if "pre-existing shared memory block" not in told:
                break
            # Sessions of a killed server need a moment to notice that it is gone.
            time.sleep(1)
    raise WarehouseError(
        f"PostgreSQL did not start on {endpoint.data}. The end of its log ({endpoint.log_file}) says why; "
        f"often the disk is full or memory is short.\n{_last_lines(told)}"
    )


def wait_until_ready(settings: Settings, endpoint: Endpoint) -> None:
    """Return when the superuser can log in to this very cluster. Raises WarehouseError otherwise."""
    target = parameters(settings, ADMIN, "postgres") | {
        "host": endpoint.host,
        "port": str(endpoint.port),
        "connect_timeout": "5",
    }
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            with psycopg.connect(make_conninfo(**target), autocommit=True) as conn:
                row = conn.execute("show data_directory").fetchone()
            break
        except psycopg.OperationalError as fault:
            hopeless = "password" in str(fault) or "authentication" in str(fault)
            if hopeless or time.monotonic() > deadline or living_postmaster(endpoint.data) is None:
                raise WarehouseError(
                    f"The server at {endpoint.host}:{endpoint.port} runs but does not let the superuser in "
                    f"({'the stored password is not its own' if hopeless else 'it does not become ready'}). "
                    f"See {endpoint.log_file}; restore the secrets folder if it was replaced."
                ) from None
            time.sleep(0.2)
    if row is None or Path(row[0]).resolve() != endpoint.data.resolve():
        raise WarehouseError(f"Another PostgreSQL answers at {endpoint.host}:{endpoint.port}. Stop it and try again.")


def halt(endpoint: Endpoint, *, data_is_wanted: bool = True) -> None:
    """Stop the server: open transactions roll back, sessions end. Raises WarehouseError when it will not.

    Without `data_is_wanted` it skips writing its memory to disk.
    """
    mode = "fast" if data_is_wanted else "immediate"
    command = [program(endpoint.programs, "pg_ctl"), "stop", "-D", endpoint.data, "-m", mode, "-w", "-t", "120"]
    done = run_as(endpoint.os_user, command, endpoint.base)
    if done.returncode != 0 and living_postmaster(endpoint.data) is not None:
        raise WarehouseError(f"PostgreSQL on {endpoint.data} did not stop.\n{_last_lines(done.stdout)}")


def free_port() -> int:
    """A loopback port that nobody listens on."""
    for port in _PORTS:
        if _is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _start_once(endpoint: Endpoint) -> tuple[bool, str]:
    before = endpoint.log_file.stat().st_size if endpoint.log_file.exists() else 0
    chosen = server_settings(this_machine(), endpoint.host, endpoint.port)
    options = " ".join(f"-c {name}={value}" for name, value in chosen.items())
    command = [program(endpoint.programs, "pg_ctl"), "start", "-D", endpoint.data, "-l", endpoint.log_file]
    done = run_as(endpoint.os_user, [*command, "-w", "-t", str(_READY_SECONDS), "-o", options], endpoint.base)
    if done.returncode == 0:
        return True, ""
    log = endpoint.log_file.read_bytes()[before:] if endpoint.log_file.exists() else b""
    return False, log.decode("utf-8", errors="replace") or done.stdout


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if sys.platform == "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # Connections that are closing do not keep PostgreSQL out, so they must not count here.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _rotate(log_file: Path) -> None:
    """Begin a new log, and keep the old one: it says who read what."""
    if log_file.exists() and log_file.stat().st_size > _LONGEST_LOG_BYTES:
        log_file.replace(log_file.with_name(f"{log_file.stem}-{utc_now():%Y%m%dT%H%M%S}{log_file.suffix}"))


def _last_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_LOG_TAIL_LINES:])
