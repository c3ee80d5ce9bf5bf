"""The embedded PostgreSQL: made, started, stopped and removed through the wheel's own programs.

It listens on one loopback TCP port, asks every login for a SCRAM password, and outlives the command that started it.
"""

import logging
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from dagster_project.settings import OWN_FOLDER_MARK, Settings, prepare_home, private_folders
from dagster_project.warehouse import cluster
from dagster_project.warehouse.connection import SUPERUSER
from dagster_project.warehouse.endpoint import Endpoint, endpoint_file, read_endpoint, write_endpoint
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.file_lock import file_lock
from dagster_project.warehouse.placement import choose_base, choose_programs, moved_folder
from dagster_project.warehouse.postmaster import living_postmaster
from dagster_project.warehouse.secrets_store import generate_password, password_file, write_password
from dagster_project.warehouse.system_user import server_user

_LOCK_FILE = ".start.lock"
_LOCK_SECONDS = 300.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServerStatus:
    """What `status` reports. `port`, `pid` and `data` are None before the first start; `pid` also when stopped."""

    running: bool
    host: str | None = None
    port: int | None = None
    pid: int | None = None
    data: Path | None = None


def start(settings: Settings) -> Endpoint:
    """Start the server, making it first where there is none; a running one is left alone.

    Raises WarehouseError with what to do and the tail of the server's log.
    """
    _refuse_external(settings)
    prepare_home(settings)
    with file_lock(settings.home / _LOCK_FILE, _LOCK_SECONDS):
        endpoint = read_endpoint(settings)
        endpoint = _make(settings) if endpoint is None else endpoint
        _require_password(settings, endpoint)
        running = living_postmaster(endpoint.data)
        if running is None:
            endpoint = cluster.launch(replace(endpoint, programs=choose_programs(settings, endpoint.os_user)))
        else:
            endpoint = replace(endpoint, port=running.port or endpoint.port)
        cluster.wait_until_ready(settings, endpoint)
        write_endpoint(settings, endpoint)
        return endpoint


def stop(settings: Settings) -> bool:
    """Stop the server, ending open sessions. True when it ran, False when there was nothing to stop."""
    _refuse_external(settings)
    if not settings.home.is_dir():
        return False
    with file_lock(settings.home / _LOCK_FILE, _LOCK_SECONDS):
        endpoint = read_endpoint(settings)
        if endpoint is None or living_postmaster(endpoint.data) is None:
            return False
        cluster.halt(endpoint)
        return True


def status(settings: Settings) -> ServerStatus:
    """Whether the server runs and where. Cheap: reads two small files."""
    endpoint = read_endpoint(settings)
    if endpoint is None:
        return ServerStatus(running=False)
    alive = living_postmaster(endpoint.data)
    return ServerStatus(
        running=alive is not None,
        host=endpoint.host,
        port=(alive.port if alive else None) or endpoint.port,
        pid=alive.pid if alive else None,
        data=endpoint.data,
    )


def destroy(settings: Settings) -> None:
    """Stop the server and delete it with its data, its passwords and the home folder.

    A home folder that was there before Hearthlink loses only what Hearthlink put in it by these settings.
    """
    _refuse_external(settings)
    if not settings.home.is_dir():
        return
    with file_lock(settings.home / _LOCK_FILE, _LOCK_SECONDS):
        endpoint = read_endpoint(settings)
        if endpoint is not None and living_postmaster(endpoint.data) is not None:
            cluster.halt(endpoint, data_is_wanted=False)
        for folder in (moved_folder(settings), *([endpoint.base] if endpoint else [])):
            _remove(folder)
        if not (settings.home / OWN_FOLDER_MARK).is_file():
            for folder in private_folders(settings):
                _remove(folder)
            endpoint_file(settings).unlink(missing_ok=True)
    if (settings.home / OWN_FOLDER_MARK).is_file():
        _remove(settings.home)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _make(settings: Settings) -> Endpoint:
    """The endpoint of this home's cluster: one found without its endpoint file, else a new one."""
    found = _adopt(settings)
    if found is not None:
        return found
    base, user = choose_base(settings)
    endpoint = Endpoint(port=cluster.free_port(), base=base, programs=choose_programs(settings, user), os_user=user)
    password = generate_password()
    write_password(settings, SUPERUSER, password)
    cluster.initialise(endpoint, password)
    write_endpoint(settings, endpoint)
    return endpoint


def _adopt(settings: Settings) -> Endpoint | None:
    """A cluster whose endpoint file is missing: a first start was killed, or the file was deleted.

    A cluster in the system folder whose home holds no password belonged to a deleted home folder. Whoever
    deleted that home meant its data, which nobody can open any more, to be gone as well.
    """
    for base in (settings.postgres_dir, moved_folder(settings) / "postgres"):
        if not (base / "data").exists():
            continue
        user = server_user(base)
        endpoint = Endpoint(port=cluster.free_port(), base=base, programs=choose_programs(settings, user), os_user=user)
        if base == settings.postgres_dir or password_file(settings, SUPERUSER).is_file():
            write_endpoint(settings, endpoint)
            return endpoint
        _log.warning("Removing %s: the data of an earlier home folder, whose passwords are gone", base)
        if living_postmaster(endpoint.data) is not None:
            cluster.halt(endpoint, data_is_wanted=False)
        shutil.rmtree(base)
    return None


def _require_password(settings: Settings, endpoint: Endpoint) -> None:
    if not password_file(settings, SUPERUSER).is_file():
        raise WarehouseError(
            f"The server in {endpoint.base} has data, but the password of its superuser is gone from "
            f"{settings.secrets_dir}. Restore that folder from a backup, or remove the warehouse "
            "(hearthlink destroy) and land the newest deliveries again."
        )


def _refuse_external(settings: Settings) -> None:
    if settings.dsn:
        raise WarehouseError(
            "HEARTHLINK_DSN points at a server of your own, so there is no embedded server to start, stop or remove."
        )
