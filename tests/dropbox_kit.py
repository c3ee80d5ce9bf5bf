"""What the drop-box tests share: deliveries of invented data, a running drop-box, and servers weaker than allowed."""

import asyncio
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncssh

from dagster_project.dropbox.endpoint import Endpoint
from dagster_project.dropbox.listener import RunningDropbox, User
from dagster_project.dropbox.server import start_demo_dropbox

HOUSING = "northbank_ha"
SOCIAL_CARE = "fakeshire_csc"
COLLECTOR = "priya.marlowe"
PASSWORD = "Quiet-Harbour-59-Lamps"
OTHER_PASSWORD = "Green#Ladder77-Orchard"


@dataclass(frozen=True)
class Yard:
    """A running drop-box with two partners and the collector."""

    server: RunningDropbox
    root: Path
    landing: Path

    @property
    def collector(self) -> Endpoint:
        return self.endpoint(COLLECTOR)

    def partner(self, code: str) -> Endpoint:
        return self.endpoint(f"{code}.okonjo")

    def endpoint(self, username: str) -> Endpoint:
        return Endpoint("127.0.0.1", self.server.port, username, self.server.host_key, password=PASSWORD)

    def incoming(self, code: str) -> Path:
        return self.root / code / "incoming"


@contextmanager
def open_yard(folder: Path) -> Iterator[Yard]:
    users = {f"{code}.okonjo": User(code, PASSWORD) for code in (HOUSING, SOCIAL_CARE)}
    users[COLLECTOR] = User(None, PASSWORD)
    root = folder / "dropbox"
    with start_demo_dropbox(root, users, folder / "host_key") as server:
        yield Yard(server, root, folder / "landing")


def make_delivery(folder: Path, partner: str = HOUSING, number: int = 1, rows: int = 3, **changes: Any) -> Path:
    """A delivery of two extracts with invented content; `changes` override terms of the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{partner}_20261120_{number:03d}"
    resources = []
    for extract in ("ren_tenancies", "ren_tenants"):
        content = b"".join([b"tenancy_id\r\n", *(f"T{row}-{extract}\r\n".encode() for row in range(rows))])
        path = folder / f"{name}_{extract}.csv"
        path.write_bytes(content)
        resources.append(
            {
                "name": extract,
                "path": path.name,
                "bytes": len(content),
                "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
                "rowcount": rows,
                "encoding": "utf-8",
            }
        )
    manifest = folder / f"{name}.datapackage.json"
    terms = {
        "name": name,
        "created": "2026-11-20T06:00:00Z",
        "partner": partner,
        "extract_date": "2026-11-20",
        "resources": resources,
    }
    manifest.write_text(json.dumps({**terms, **changes}), encoding="utf-8")
    return manifest


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def put_files(yard: Yard, manifest: Path) -> None:
    """Lay a delivery's files in the drop-box as they are, whatever their manifest says."""
    for name, content in files_of(manifest.parent).items():
        (yard.incoming(HOUSING) / name).write_bytes(content)


class WatchfulServer(asyncssh.SSHServer):
    """Lets nobody in and counts who got as far as showing a password."""

    passwords_seen = 0

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        type(self).passwords_seen += 1
        return True


@contextmanager
def other_server(
    key: asyncssh.SSHKey, signer: asyncssh.SSHKeyPair | None = None, **options: Any
) -> Iterator[tuple[Endpoint, type[WatchfulServer]]]:
    """A server that is not ours: its own key, any algorithms; lets all in, counts the passwords it was shown."""

    class Server(WatchfulServer):
        pass

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Server, server_host_keys=[signer or key], sftp_factory=True, **options
        )

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(20)
    line = key.export_public_key().decode().strip()
    try:
        yield Endpoint("127.0.0.1", acceptor.get_port(), COLLECTOR, line, password=PASSWORD), Server
    finally:
        loop.call_soon_threadsafe(acceptor.close)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.05), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def with_password(endpoint: Endpoint, password: str) -> Endpoint:
    return replace(endpoint, password=password)
