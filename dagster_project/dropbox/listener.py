"""The demo drop-box's SSH side: who may log in, with which algorithms, and nothing but SFTP afterwards.

For the demo and the tests, on loopback only. Production uses OpenSSH with a kernel chroot.
"""

import asyncio
import threading
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
from asyncssh.kex import get_kex_algs

from dagster_project.dropbox.accounts import PasswordHash, check_password, check_username, hash_password
from dagster_project.dropbox.algorithms import CIPHERS, KEY_EXCHANGES, MACS
from dagster_project.dropbox.errors import DropboxError
from dagster_project.dropbox.file_server import FileServer, Reach

LOOPBACK = "127.0.0.1"
_LOGIN_SECONDS = 20
_MAX_PASSWORD_TRIES = 3
_START_SECONDS = 20


@dataclass(frozen=True)
class User:
    """One account. `partner` None makes it the collector, who sees every partner's folder."""

    partner: str | None
    password: str | None = field(default=None, repr=False)
    public_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Account:
    reach: Reach
    password: PasswordHash | None
    keys: tuple[asyncssh.SSHKey, ...]


class RunningDropbox:
    """A drop-box that serves from a background thread until `stop`."""

    def __init__(self, root: Path, users: dict[str, User], host_key: asyncssh.SSHKey, port: int) -> None:
        self.port = port
        self.host_key = host_key.export_public_key().decode().strip()
        self._key = host_key
        self._accounts = {name: _account(root, name, user) for name, user in users.items()}
        self._nobody = hash_password("nobody has this password")
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._listening = threading.Event()
        self._problem: Exception | None = None
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="demo-dropbox", daemon=True)

    def start(self) -> None:
        """Listen; raises DropboxError when the port cannot be had."""
        self._thread.start()
        if not self._listening.wait(_START_SECONDS) or self._problem is not None:
            raise DropboxError("The demo drop-box cannot listen on its loopback port: is the port taken?")

    def stop(self) -> None:
        """Cut every connection and end the thread. May be called twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(_START_SECONDS)

    def __enter__(self) -> "RunningDropbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except (OSError, ValueError) as problem:
            self._problem = problem
        finally:
            self._listening.set()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _serve(self) -> None:
        acceptor = await asyncssh.listen(
            LOOPBACK,
            self.port,
            server_factory=lambda: _LoginRules(self._accounts, self._nobody, self._connections),
            server_host_keys=[self._key],
            kex_algs=_available(KEY_EXCHANGES),
            encryption_algs=list(CIPHERS),
            mac_algs=list(MACS),
            compression_algs=None,
            signature_algs=["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"],
            sftp_factory=self._file_server,
            sftp_version=3,
            allow_scp=False,
            allow_pty=False,
            x11_forwarding=False,
            agent_forwarding=False,
            kbdint_auth=False,
            host_based_auth=False,
            gss_host=None,
            login_timeout=_LOGIN_SECONDS,
        )
        self.port = acceptor.get_port()
        self._listening.set()
        await self._stopping.wait()
        acceptor.close()
        for connection in list(self._connections):
            connection.abort()
        await acceptor.wait_closed()
        # One turn of the loop lets the cut connections close their sockets.
        await asyncio.sleep(0)

    def _file_server(self, channel: asyncssh.SSHServerChannel[bytes]) -> FileServer:
        username = channel.get_connection().get_extra_info("username")
        return FileServer(channel, self._accounts[username].reach)


class _LoginRules(asyncssh.SSHServer):
    """Password or key of a known account. Shells, commands and forwarding stay refused: asyncssh's default."""

    def __init__(
        self, accounts: dict[str, _Account], nobody: PasswordHash, connections: set[asyncssh.SSHServerConnection]
    ) -> None:
        self._accounts = accounts
        self._nobody = nobody
        self._connections = connections
        self._tries = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        self._tries += 1
        if self._tries > _MAX_PASSWORD_TRIES:
            raise asyncssh.PermissionDenied("Too many tries")
        account = self._accounts.get(username)
        known = account.password if account else None
        # An unknown user costs the same time as a wrong password, so that nobody can find out who has an account.
        matches = await asyncio.to_thread((known or self._nobody).matches, password)
        return matches and known is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        account = self._accounts.get(username)
        return account is not None and key in account.keys


def _account(root: Path, username: str, user: User) -> _Account:
    check_username(username)
    if user.password is not None:
        check_password(user.password, username)
    keys = tuple(asyncssh.import_public_key(line) for line in user.public_keys)
    return _Account(Reach(root, user.partner), hash_password(user.password) if user.password else None, keys)


def _available(names: tuple[str, ...]) -> list[str]:
    """The post-quantum exchange needs a recent cryptography library, so it is offered only where it exists."""
    known = {name.decode() for name in get_kex_algs()}
    return [name for name in names if name in known]
