"""AES-256 and SHA-2 only, both ways, and no secret for a server that is not the pinned one (TR-05, TR-06)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import paramiko
import pytest
from paramiko.transport import ServiceRequestingTransport

from dagster_project.dropbox.algorithms import CIPHERS, HOST_KEYS, KEY_EXCHANGES, MACS
from dagster_project.dropbox.client import collect
from dagster_project.dropbox.endpoint import Endpoint
from dagster_project.dropbox.errors import (
    EndpointError,
    HostKeyError,
    LoginRefusedError,
    UnreachableError,
    WeakAlgorithmError,
)
from dagster_project.dropbox.transport import open_sftp
from tests.dropbox_kit import COLLECTOR, HOUSING, OTHER_PASSWORD, PASSWORD, Yard, open_yard, other_server, with_password

KEY = asyncssh.generate_private_key("ssh-ed25519")
STRONG: dict[str, Any] = {
    "kex_algs": ["curve25519-sha256@libssh.org"],
    "encryption_algs": ["aes256-ctr"],
    "mac_algs": ["hmac-sha2-512-etm@openssh.com"],
}
WEAK_SERVERS: list[dict[str, Any]] = [
    {"encryption_algs": ["aes128-ctr"]},
    {"encryption_algs": ["aes256-cbc"]},
    {"encryption_algs": ["3des-cbc"]},
    {"encryption_algs": ["chacha20-poly1305@openssh.com"]},
    {"mac_algs": ["hmac-sha1"]},
    {"mac_algs": ["hmac-md5"]},
    {"kex_algs": ["diffie-hellman-group14-sha1"]},
    {"kex_algs": ["diffie-hellman-group1-sha1"]},
]
WEAK_CLIENTS: list[dict[str, tuple[str, ...]]] = [
    {"ciphers": ("aes128-ctr",)},
    {"ciphers": ("aes192-ctr",)},
    {"ciphers": ("aes256-cbc",)},
    {"ciphers": ("3des-cbc",)},
    {"ciphers": ("aes128-gcm@openssh.com",)},
    {"digests": ("hmac-sha1",)},
    {"digests": ("hmac-md5",)},
    {"digests": ("hmac-sha2-256",)},
    {"kex": ("ecdh-sha2-nistp256",)},
    {"kex": ("diffie-hellman-group14-sha256",)},
    {"key_types": ("rsa-sha2-512",)},
    {"compression": ("zlib",)},
]


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with open_yard(tmp_path) as running:
        yield running


def _label(options: dict[str, Any]) -> str:
    return "-".join(str(names[0]) for names in options.values())


def test_a_server_with_the_allowed_algorithms_is_used() -> None:
    """The control of the tests below: only the one weak thing makes the difference."""
    with other_server(KEY, **STRONG) as (endpoint, _), open_sftp(endpoint) as session:
        assert session.evidence["kex"] == "curve25519-sha256@libssh.org"


@pytest.mark.parametrize("weak", WEAK_SERVERS, ids=_label)
def test_a_weak_server_is_refused_before_the_password(weak: dict[str, Any]) -> None:
    with other_server(KEY, **{**STRONG, **weak}) as (endpoint, seen):
        with pytest.raises(WeakAlgorithmError, match="AES-256 and SHA-2"), open_sftp(endpoint):
            pass
        assert seen.passwords_seen == 0


def test_a_host_key_signed_with_sha1_is_refused_before_the_password() -> None:
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    signer = asyncssh.load_keypairs([key])[0]
    signer.host_key_algorithms = (b"ssh-rsa",)
    with other_server(key, signer, **STRONG) as (endpoint, seen):
        with pytest.raises(WeakAlgorithmError), open_sftp(endpoint):
            pass
        assert seen.passwords_seen == 0


def test_an_agreement_outside_the_list_stops_before_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the library ever agree to more than it offered, the check after the negotiation still holds."""
    monkeypatch.setattr("dagster_project.dropbox.transport.CIPHERS", ("aes256-gcm@openssh.com",))
    monkeypatch.setattr("dagster_project.dropbox.transport._allowed", lambda wanted, available, what: tuple(available))
    with other_server(KEY, **STRONG) as (endpoint, seen):
        with pytest.raises(WeakAlgorithmError, match="cipher"), open_sftp(endpoint):
            pass
        assert seen.passwords_seen == 0


def test_another_host_key_is_refused_before_the_password() -> None:
    pinned = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    with other_server(KEY, **STRONG) as (endpoint, seen):
        with (
            pytest.raises(HostKeyError, match="no password was sent") as caught,
            open_sftp(replace(endpoint, host_key=pinned)),
        ):
            pass
        assert seen.passwords_seen == 0
        assert PASSWORD not in str(caught.value)


def test_a_host_key_of_another_kind_is_refused_before_the_password() -> None:
    rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    with other_server(rsa, **STRONG) as (endpoint, seen):
        with pytest.raises(HostKeyError), open_sftp(replace(endpoint, host_key=KEY.export_public_key().decode())):
            pass
        assert seen.passwords_seen == 0


@pytest.mark.parametrize("line", ["", "ssh-ed25519", "ssh-dss AAAA", "ssh-ed25519 not*base64", "ssh-ed25519 AAAA"])
def test_a_host_key_that_cannot_be_pinned_is_refused_before_connecting(line: str) -> None:
    with pytest.raises(EndpointError), open_sftp(Endpoint("127.0.0.1", 1, COLLECTOR, line, password=PASSWORD)):
        pass


@pytest.mark.parametrize("weak", WEAK_CLIENTS, ids=_label)
def test_a_weak_client_gets_no_connection(yard: Yard, weak: dict[str, tuple[str, ...]]) -> None:
    with paramiko.Transport(("127.0.0.1", yard.server.port)) as transport:
        transport.banner_timeout = 10
        options = transport.get_security_options()
        for name, wanted in weak.items():
            setattr(options, name, wanted)
        with pytest.raises(paramiko.SSHException):
            transport.start_client(timeout=10)


def test_each_allowed_algorithm_that_the_library_has_is_taken_by_our_server(yard: Yard) -> None:
    for name, wanted in {"ciphers": CIPHERS, "digests": MACS, "kex": KEY_EXCHANGES, "key_types": HOST_KEYS[:1]}.items():
        for algorithm in wanted:
            with paramiko.Transport(("127.0.0.1", yard.server.port)) as transport:
                options = transport.get_security_options()
                if algorithm not in getattr(options, name):
                    continue  # paramiko knows curve25519 by its older name only
                options.kex = options.kex if name == "kex" else ("ecdh-sha2-nistp384",)
                options.digests = options.digests if name == "digests" else MACS
                setattr(options, name, (algorithm,))
                transport.start_client(timeout=10)
                assert transport.is_active()


def test_a_wrong_password_is_refused_once_and_never_named(yard: Yard) -> None:
    with pytest.raises(LoginRefusedError) as caught:
        collect(with_password(yard.collector, OTHER_PASSWORD), [HOUSING], yard.landing)
    assert OTHER_PASSWORD not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_unknown_user_is_refused_like_a_wrong_password(yard: Yard) -> None:
    with pytest.raises(LoginRefusedError), open_sftp(yard.endpoint("ada.larkham")):
        pass


def test_password_guessing_ends_the_connection(yard: Yard) -> None:
    with ServiceRequestingTransport(("127.0.0.1", yard.server.port)) as transport:
        transport.start_client(timeout=10)
        for _ in range(3):
            with pytest.raises(paramiko.AuthenticationException):
                transport.auth_password(COLLECTOR, OTHER_PASSWORD)
        with pytest.raises(paramiko.SSHException):
            transport.auth_password(COLLECTOR, PASSWORD)
        assert not transport.is_authenticated()


def test_nobody_listening_is_told_apart_from_a_refusal(yard: Yard) -> None:
    endpoint = yard.collector
    yard.server.stop()
    with pytest.raises(UnreachableError, match="Nobody answers"), open_sftp(endpoint):
        pass
