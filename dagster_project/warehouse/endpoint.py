"""The small JSON file in the home folder that says where the embedded server lives."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from dagster_project.settings import Settings
from dagster_project.warehouse.errors import WarehouseError

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Endpoint:
    """Where the server listens and where its folders are.

    `base` holds `data` (the cluster), `server.log` and, where needed, `server` (a copy of the wheel's programs).
    `os_user` is the system user that the server runs as, None for the user who started it.
    """

    port: int
    base: Path
    programs: Path
    os_user: str | None
    host: str = HOST

    @property
    def data(self) -> Path:
        """The cluster's data folder."""
        return self.base / "data"

    @property
    def log_file(self) -> Path:
        """The server's log; holds no row values (see warehouse.tuning)."""
        return self.base / "server.log"


def endpoint_file(settings: Settings) -> Path:
    """Path of the JSON file."""
    return settings.home / "endpoint.json"


def read_endpoint(settings: Settings) -> Endpoint | None:
    """The recorded endpoint, None before the first start. Raises WarehouseError when the file is damaged."""
    path = endpoint_file(settings)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        fields = json.loads(text)
        return Endpoint(
            port=int(fields["port"]),
            base=Path(fields["base"]),
            programs=Path(fields["programs"]),
            os_user=fields["os_user"],
            host=fields["host"],
        )
    except (ValueError, KeyError, TypeError):
        raise WarehouseError(
            f"{path} is damaged, so the server's folder is not known. Restore the file from a backup; "
            "it names host, port, base, programs and os_user."
        ) from None


def write_endpoint(settings: Settings, endpoint: Endpoint) -> None:
    """Record the endpoint; a crash leaves the old file or the new one, never half."""
    path = endpoint_file(settings)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fields = {key: str(value) if isinstance(value, Path) else value for key, value in asdict(endpoint).items()}
    fresh.write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")
    fresh.replace(path)
