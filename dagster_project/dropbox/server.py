"""Starting the embedded drop-box of the demo and the tests. Production uses OpenSSH."""

from pathlib import Path

import asyncssh

from dagster_project.dropbox.endpoint import write_secret
from dagster_project.dropbox.file_server import ZONES
from dagster_project.dropbox.listener import RunningDropbox, User


def start_demo_dropbox(root: Path, users: dict[str, User], host_key: Path, port: int = 0) -> RunningDropbox:
    """Serve `root` on loopback, with one folder per partner below it; port 0 takes a free one.

    The host key is made at the first start and kept. Raises AccountError for a generic user name or a weak password,
    DropboxError when the port is taken.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for partner in {user.partner for user in users.values() if user.partner}:
        for zone in ZONES:
            (root / partner / zone).mkdir(mode=0o700, parents=True, exist_ok=True)
    server = RunningDropbox(root, users, _host_key(host_key), port)
    server.start()
    return server


def _host_key(path: Path) -> asyncssh.SSHKey:
    if path.exists():
        return asyncssh.read_private_key(str(path))
    key = asyncssh.generate_private_key("ssh-ed25519")
    write_secret(path, key.export_private_key().decode())
    return key
