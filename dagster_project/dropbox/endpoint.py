"""Where the drop-box is, who we are there, and which host key it must show."""

import base64
import binascii
import json
import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dagster_project.dropbox.algorithms import PUBLIC_KEY_TYPES
from dagster_project.dropbox.errors import EndpointError
from dagster_project.settings import Settings

ENDPOINT_FILE = "dropbox.json"
_HOST = re.compile(r"^[A-Za-z0-9:][A-Za-z0-9.:_-]{0,252}$")


@dataclass(frozen=True)
class Endpoint:
    """One account on one drop-box.

    `host_key` is the server's public key as OpenSSH writes it (`ssh-ed25519 AAAA…`). Exactly one of `password` and
    `private_key` (path of an OpenSSH private key) is set.
    """

    host: str
    port: int
    username: str
    host_key: str
    password: str | None = field(default=None, repr=False)
    private_key: str | None = None

    def __post_init__(self) -> None:
        if not _HOST.match(self.host) or not 0 < self.port < 65536:
            raise EndpointError("The drop-box needs a host name and a port between 1 and 65535.")
        if not self.username:
            raise EndpointError("The drop-box needs a user name.")
        if (self.password is None) == (self.private_key is None):
            raise EndpointError("The drop-box needs either a password or a private key, not both.")
        self.host_key_blob()

    def host_key_blob(self) -> tuple[str, bytes]:
        """The pinned key as (type, wire bytes).

        Raises EndpointError when the line is no OpenSSH public key of an allowed type.
        """
        parts = self.host_key.split()
        if len(parts) < 2 or parts[0] not in PUBLIC_KEY_TYPES:
            allowed = " or ".join(PUBLIC_KEY_TYPES)
            raise EndpointError(f"The drop-box's host_key must be an OpenSSH public key line: {allowed}, then the key.")
        try:
            return parts[0], base64.b64decode(parts[1], validate=True)
        except (binascii.Error, ValueError):
            raise EndpointError("The drop-box's host_key is not valid base64.") from None


def endpoint_path(settings: Settings) -> Path:
    """File that holds the collector's endpoint."""
    return settings.secrets_dir / ENDPOINT_FILE


def load_endpoint(settings: Settings) -> Endpoint | None:
    """The configured drop-box, or None when there is none.

    Raises EndpointError when the file can be read by others or is not as it should be.
    """
    path = endpoint_path(settings)
    if not path.exists():
        return None
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise EndpointError(f"{ENDPOINT_FILE} holds a secret but others may read it: run chmod 600 on it.")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Endpoint(**values)
    except (TypeError, ValueError):
        names = "host, port, username, host_key and password or private_key"
        raise EndpointError(f"{ENDPOINT_FILE} must be a JSON object with {names}.") from None


def save_endpoint(settings: Settings, endpoint: Endpoint) -> Path:
    """Write the endpoint to the secrets folder, readable by its owner only."""
    path = endpoint_path(settings)
    write_secret(path, json.dumps({key: value for key, value in asdict(endpoint).items() if value is not None}))
    return path


def write_secret(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step; at no moment can another user read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
