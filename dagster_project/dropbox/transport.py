"""The hardened SSH connection: what we offer, what we accept, and the proof of what was agreed."""

import base64
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from dagster_project.dropbox.algorithms import (
    CIPHERS,
    COMPRESSION,
    HOST_KEYS,
    KEY_EXCHANGES,
    MACS,
    REFUSED_CLIENT_KEYS,
)
from dagster_project.dropbox.endpoint import Endpoint
from dagster_project.dropbox.errors import (
    DropboxError,
    EndpointError,
    HostKeyError,
    LoginRefusedError,
    TransferError,
    UnreachableError,
    WeakAlgorithmError,
)

# Seconds. A partner's firewall that drops packets must not hold a run for the operating system's two minutes.
CONNECT_TIMEOUT = 15.0
IDLE_TIMEOUT = 60.0

Evidence = dict[str, str | bool]


@dataclass(frozen=True)
class Session:
    """An open SFTP session and what was negotiated for it."""

    sftp: paramiko.SFTPClient
    evidence: Evidence


@contextmanager
def open_sftp(endpoint: Endpoint) -> Iterator[Session]:
    """Connect with the allowed algorithms only, to exactly the pinned host key.

    Raises UnreachableError, HostKeyError (before any password is sent), LoginRefusedError, WeakAlgorithmError,
    EndpointError, and TransferError for a connection that breaks while it is used.
    """
    client = _client(endpoint)
    try:
        evidence, sftp = _connect(client, endpoint)
        try:
            yield Session(sftp, evidence)
        except (TimeoutError, EOFError, paramiko.SSHException, ConnectionError):
            message = f"The connection to the drop-box broke off{_where(endpoint)}; run the collection again."
            raise TransferError(message) from None
    finally:
        client.close()


def _connect(client: paramiko.SSHClient, endpoint: Endpoint) -> tuple[Evidence, paramiko.SFTPClient]:
    try:
        sock = socket.create_connection((endpoint.host, endpoint.port), timeout=CONNECT_TIMEOUT)
    except OSError:
        message = f"Nobody answers{_where(endpoint)}: check the address, the server and the firewall."
        raise UnreachableError(message) from None
    try:
        client.connect(
            endpoint.host,
            port=endpoint.port,
            username=endpoint.username,
            password=endpoint.password,
            pkey=_private_key(endpoint),
            sock=sock,
            allow_agent=False,
            look_for_keys=False,
            compress=False,
            timeout=CONNECT_TIMEOUT,
            banner_timeout=CONNECT_TIMEOUT,
            auth_timeout=CONNECT_TIMEOUT,
            channel_timeout=CONNECT_TIMEOUT,
            disabled_algorithms={"pubkeys": REFUSED_CLIENT_KEYS},
            transport_factory=HardenedTransport,
        )
        transport = client.get_transport()
        if not isinstance(transport, HardenedTransport):
            raise paramiko.SSHException("closed")
        evidence = negotiated(transport)
        sftp = _sftp_channel(client, endpoint)
    except DropboxError:
        sock.close()
        raise
    except (OSError, EOFError, paramiko.SSHException) as error:
        sock.close()
        raise _explain(error, endpoint) from None
    return evidence, sftp


def _sftp_channel(client: paramiko.SSHClient, endpoint: Endpoint) -> paramiko.SFTPClient:
    try:
        sftp = client.open_sftp()
    except (EOFError, paramiko.SSHException):
        # OpenSSH answers like this after a good login when the account's password is too old.
        raise LoginRefusedError(
            f"The drop-box{_where(endpoint)} let the configured account in but opens no SFTP session for it: its "
            "password may have expired, or SFTP may not be allowed."
        ) from None
    channel = sftp.get_channel()
    if channel is not None:
        channel.settimeout(IDLE_TIMEOUT)
    return sftp


def _client(endpoint: Endpoint) -> paramiko.SSHClient:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    kind, blob = endpoint.host_key_blob()
    name = endpoint.host if endpoint.port == 22 else f"[{endpoint.host}]:{endpoint.port}"
    try:
        key = paramiko.PKey.from_type_string(kind, blob)
    except Exception:  # the library raises whatever its parser met; the meaning is always the same
        raise EndpointError("The drop-box's host_key is not a valid public key.") from None
    client.get_host_keys().add(name, kind, key)
    return client


class HardenedTransport(paramiko.Transport):
    """A transport that offers the allow-list, as far as the library has it, and stops before login on anything else.

    `disabled_algorithms` would be a deny list: a weak name that a later release adds would slip through it.
    """

    agreed_kex: str = ""

    def __init__(self, sock: Any, /, **options: Any) -> None:
        super().__init__(sock, **options)
        offer = self.get_security_options()
        offer.ciphers = _allowed(CIPHERS, offer.ciphers, "cipher")
        offer.digests = _allowed(MACS, offer.digests, "MAC")
        offer.kex = _allowed(KEY_EXCHANGES, offer.kex, "key exchange")
        offer.key_types = _allowed(HOST_KEYS, offer.key_types, "host key")
        offer.compression = COMPRESSION

    def __setattr__(self, name: str, value: Any) -> None:
        """Keep the name of the key exchange: the library forgets the engine as soon as it has done its work."""
        if name == "kex_engine" and value is not None:
            known: Any = self
            self.agreed_kex = next(name for name, engine in known._kex_info.items() if engine is type(value))
        super().__setattr__(name, value)

    def start_client(self, event: threading.Event | None = None, timeout: float | None = None) -> None:
        """Negotiate, then check what was agreed: the host key and the password come after this."""
        super().start_client(event, timeout)
        negotiated(self)


def negotiated(transport: HardenedTransport) -> Evidence:
    """What both sides agreed on, checked against the allow-list: the evidence of TR-05 and TR-06 for a delivery.

    Raises WeakAlgorithmError should the library ever have agreed to something else.
    """
    state: Any = transport  # the negotiated names are attributes that the type stubs leave out
    agreed = {
        "cipher": (CIPHERS, {state.local_cipher, state.remote_cipher}),
        "mac": (MACS, {state.local_mac, state.remote_mac}),
        "kex": (KEY_EXCHANGES, {transport.agreed_kex}),
        "host_key_type": (HOST_KEYS, {state.host_key_type}),
    }
    evidence: Evidence = {}
    for what, (allowed, names) in agreed.items():
        evidence[what] = min(names)
        if len(names) != 1 or evidence[what] not in allowed:
            raise WeakAlgorithmError(
                f"The drop-box agreed on a {what} outside AES-256 and SHA-2: no password was sent."
            )
    digest = hashlib.sha256(transport.get_remote_server_key().asbytes()).digest()
    evidence["host_key_fingerprint"] = "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
    evidence["strict_kex"] = bool(state.agreed_on_strict_kex)
    return evidence


def _allowed(wanted: tuple[str, ...], available: Any, what: str) -> tuple[str, ...]:
    names = tuple(name for name in wanted if name in available)
    if not names:
        raise WeakAlgorithmError(f"The installed SSH library has no allowed {what}: update paramiko and cryptography.")
    return names


def _private_key(endpoint: Endpoint) -> paramiko.PKey | None:
    if endpoint.private_key is None:
        return None
    try:
        return paramiko.PKey.from_path(endpoint.private_key)
    except Exception:  # unreadable file, unknown kind, passphrase missing: parsers raise many types
        raise EndpointError("The private key of the drop-box account cannot be read.") from None


def _where(endpoint: Endpoint) -> str:
    return f" at {endpoint.host} port {endpoint.port}"


def _explain(error: Exception, endpoint: Endpoint) -> DropboxError:
    """Turn the library's errors into advice; their own text may quote what the server said, so it is dropped."""
    where = _where(endpoint)
    if isinstance(error, paramiko.BadHostKeyException):
        return HostKeyError(
            f"The server{where} shows another host key than the pinned one, so no password was sent. Ask its "
            "owner whether the key was changed, and compare fingerprints by telephone before you pin the new one."
        )
    if isinstance(error, IncompatiblePeer):
        return WeakAlgorithmError(
            f"The server{where} offers no cipher, MAC, key exchange or host key that meets AES-256 and SHA-2: "
            "its owner must allow one of ours."
        )
    if isinstance(error, paramiko.AuthenticationException):
        return LoginRefusedError(
            f"The drop-box{where} refused the login of the configured account: wrong or expired password, or a locked "
            "account. Nothing is tried again by itself, so that the account is not locked."
        )
    return UnreachableError(f"The server{where} broke off during the greeting: look at its log, then try again.")
