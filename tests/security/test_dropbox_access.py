"""What an account may do in the drop-box: its own folder by SFTP, and nothing else (TR-04)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import paramiko
import pytest
from paramiko.common import cMSG_CHANNEL_REQUEST
from paramiko.sftp import CMD_EXTENDED

from dagster_project.dropbox.endpoint import Endpoint
from dagster_project.dropbox.listener import User
from dagster_project.dropbox.server import start_demo_dropbox
from dagster_project.dropbox.transport import open_sftp
from tests.dropbox_kit import COLLECTOR, HOUSING, PASSWORD, SOCIAL_CARE, Yard, open_yard

Sftp = paramiko.SFTPClient


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    folder = tmp_path_factory.mktemp("yard")
    with open_yard(folder) as running:
        (folder / "outside.txt").write_text("outside")
        for code in (HOUSING, SOCIAL_CARE):
            (running.root / code / "incoming" / "mine.csv").write_text("mine")
            (running.root / code / "outgoing" / "report.csv").write_text("report")
        incoming = running.incoming(HOUSING)
        (incoming / "link.csv").symlink_to(folder / "outside.txt")
        (incoming / "folder_link").symlink_to(folder, target_is_directory=True)
        yield running


@pytest.fixture
def partner(yard: Yard) -> Iterator[Sftp]:
    with open_sftp(yard.partner(HOUSING)) as session:
        yield session.sftp


@pytest.fixture
def collector(yard: Yard) -> Iterator[Sftp]:
    with open_sftp(yard.collector) as session:
        yield session.sftp


def _write(sftp: Sftp, path: str) -> None:
    with sftp.open(path, "wb") as stream:
        stream.write(b"x")


def _append(sftp: Sftp, path: str) -> None:
    with sftp.open(path, "ab") as stream:
        stream.write(b"x")


def _read(sftp: Sftp, path: str) -> bytes:
    with sftp.open(path, "rb") as stream:
        return stream.read()


def _hard_link(sftp: Any, source: str, target: str) -> None:
    """An extension of OpenSSH that the library has no method for."""
    sftp._request(CMD_EXTENDED, "hardlink@openssh.com", source, target)


REFUSED_TO_PARTNER: dict[str, Callable[[Sftp], object]] = {
    "read by climbing": lambda sftp: _read(sftp, "/incoming/../../../outside.txt"),
    "read another partner by climbing": lambda sftp: _read(sftp, f"../{SOCIAL_CARE}/incoming/mine.csv"),
    "list by climbing": lambda sftp: sftp.listdir("/incoming/../.."),
    "read another partner by name": lambda sftp: _read(sftp, f"/{SOCIAL_CARE}/incoming/mine.csv"),
    "read a file of the machine": lambda sftp: _read(sftp, "/etc/hostname"),
    "read through a link": lambda sftp: _read(sftp, "/incoming/link.csv"),
    "stat through a link": lambda sftp: sftp.stat("/incoming/link.csv"),
    "see a link": lambda sftp: sftp.lstat("/incoming/link.csv"),
    "write through a link": lambda sftp: _write(sftp, "/incoming/link.csv"),
    "read through a linked folder": lambda sftp: _read(sftp, "/incoming/folder_link/outside.txt"),
    "list a linked folder": lambda sftp: sftp.listdir("/incoming/folder_link"),
    "make a link": lambda sftp: sftp.symlink("/incoming/mine.csv", "/incoming/new_link"),
    "make a hard link": lambda sftp: _hard_link(sftp, "/incoming/mine.csv", "/incoming/second.csv"),
    "read a link": lambda sftp: sftp.readlink("/incoming/link.csv"),
    "write to outgoing": lambda sftp: _write(sftp, "/outgoing/new.csv"),
    "change a report": lambda sftp: _append(sftp, "/outgoing/report.csv"),
    "write to the top": lambda sftp: _write(sftp, "/new.csv"),
    "write below incoming": lambda sftp: _write(sftp, "/incoming/deep/new.csv"),
    "make a folder": lambda sftp: sftp.mkdir("/incoming/deep"),
    "make a folder at the top": lambda sftp: sftp.mkdir("/deep"),
    "remove a folder": lambda sftp: sftp.rmdir("/incoming"),
    "remove a file": lambda sftp: sftp.remove("/incoming/mine.csv"),
    "rename into outgoing": lambda sftp: sftp.rename("/incoming/mine.csv", "/outgoing/mine.csv"),
    "rename out of outgoing": lambda sftp: sftp.rename("/outgoing/report.csv", "/incoming/report.csv"),
    "truncate a report": lambda sftp: sftp.truncate("/outgoing/report.csv", 0),
    "a name with a NUL": lambda sftp: _write(sftp, "/incoming/a\0b"),
}


@pytest.mark.parametrize("attempt", REFUSED_TO_PARTNER.values(), ids=REFUSED_TO_PARTNER.keys())
def test_partner_is_refused(yard: Yard, partner: Sftp, attempt: Callable[[Sftp], object]) -> None:
    before = _tree(yard.root)
    with pytest.raises(OSError):
        attempt(partner)
    assert _tree(yard.root) == before
    assert (yard.root.parent / "outside.txt").read_text() == "outside"


REFUSED_TO_COLLECTOR: dict[str, Callable[[Sftp], object]] = {
    "change a delivery": lambda sftp: _append(sftp, f"/{HOUSING}/incoming/mine.csv"),
    "leave a file in incoming": lambda sftp: _write(sftp, f"/{HOUSING}/incoming/new.csv"),
    "remove a report": lambda sftp: sftp.remove(f"/{HOUSING}/outgoing/report.csv"),
    "remove a partner's folder": lambda sftp: sftp.remove(f"/{HOUSING}/incoming"),
    "rename a delivery": lambda sftp: sftp.rename(f"/{HOUSING}/incoming/mine.csv", f"/{HOUSING}/incoming/b.csv"),
    "make a partner": lambda sftp: sftp.mkdir("/new_partner"),
    "read through a link": lambda sftp: _read(sftp, f"/{HOUSING}/incoming/link.csv"),
    "climb out": lambda sftp: _read(sftp, "/../outside.txt"),
    "list by climbing": lambda sftp: sftp.listdir("/.."),
}


@pytest.mark.parametrize("attempt", REFUSED_TO_COLLECTOR.values(), ids=REFUSED_TO_COLLECTOR.keys())
def test_collector_is_refused(yard: Yard, collector: Sftp, attempt: Callable[[Sftp], object]) -> None:
    before = _tree(yard.root)
    with pytest.raises(OSError):
        attempt(collector)
    assert _tree(yard.root) == before


def test_partner_sees_its_own_folders_and_no_links(partner: Sftp) -> None:
    assert sorted(partner.listdir("/")) == ["incoming", "outgoing"]
    assert partner.listdir("/incoming") == ["mine.csv"]
    assert _read(partner, "/outgoing/report.csv") == b"report"


def test_collector_sees_every_partner(collector: Sftp) -> None:
    assert sorted(collector.listdir("/")) == sorted([HOUSING, SOCIAL_CARE])


def test_collector_removes_what_it_may_no_longer_keep(yard: Yard, collector: Sftp) -> None:
    (yard.incoming(HOUSING) / "old.csv").write_text("old")
    collector.remove(f"/{HOUSING}/incoming/old.csv")
    assert not (yard.incoming(HOUSING) / "old.csv").exists()
    with pytest.raises(OSError):
        collector.remove(f"/{HOUSING}/incoming/link.csv")


def test_posix_rename_of_a_partner_replaces_nothing(yard: Yard, partner: Sftp) -> None:
    _write(partner, "/incoming/second.csv")
    with pytest.raises(OSError):
        partner.posix_rename("/incoming/second.csv", "/incoming/mine.csv")
    assert (yard.incoming(HOUSING) / "mine.csv").read_text() == "mine"
    (yard.incoming(HOUSING) / "second.csv").unlink()


def test_shell_command_and_terminal_are_refused(yard: Yard) -> None:
    with _login(yard) as transport:
        for request in ("exec_command", "invoke_shell", "get_pty", "request_x11"):
            channel = transport.open_session(timeout=10)
            with pytest.raises(paramiko.SSHException):
                getattr(channel, request)(*(["id"] if request == "exec_command" else []))
        agent = transport.open_session(timeout=10)
        assert not _agent_forwarding_works(agent)


def test_forwarding_is_refused_both_ways(yard: Yard) -> None:
    with _login(yard) as transport:
        with pytest.raises(paramiko.ChannelException):
            transport.open_channel("direct-tcpip", ("127.0.0.1", yard.server.port), ("127.0.0.1", 0), timeout=10)
        with pytest.raises(paramiko.SSHException):
            transport.request_port_forward("127.0.0.1", 0)


def test_login_by_key_works_for_its_owner_only(tmp_path: Path) -> None:
    mine, other = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    for name, key in (("mine", mine), ("other", other)):
        key.write_private_key(str(tmp_path / name))
    users = {COLLECTOR: User(None, public_keys=(mine.export_public_key().decode(),))}
    with start_demo_dropbox(tmp_path / "root", users, tmp_path / "host_key") as server:
        endpoint = Endpoint("127.0.0.1", server.port, COLLECTOR, server.host_key, private_key=str(tmp_path / "mine"))
        with open_sftp(endpoint) as session:
            assert session.sftp.listdir("/") == []
        for wrong in (
            Endpoint("127.0.0.1", server.port, COLLECTOR, server.host_key, private_key=str(tmp_path / "other")),
            Endpoint("127.0.0.1", server.port, COLLECTOR, server.host_key, password=PASSWORD),
        ):
            with pytest.raises(Exception, match="refused the login"), open_sftp(wrong):
                pass


def _login(yard: Yard) -> paramiko.Transport:
    transport = paramiko.Transport(("127.0.0.1", yard.server.port))
    transport.start_client(timeout=10)
    transport.auth_password(f"{HOUSING}.okonjo", PASSWORD)
    return transport


def _agent_forwarding_works(channel: Any) -> bool:
    """The library ignores the server's answer, so it is asked with a reply wanted, as a hand-made client would."""
    message = paramiko.Message()
    message.add_byte(cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string("auth-agent-req@openssh.com")
    message.add_boolean(True)
    channel._event_pending()
    channel.transport._send_user_message(message)
    try:
        channel._wait_for_event()
    except paramiko.SSHException:
        return False
    return True


def _tree(root: Path) -> dict[str, int]:
    return {str(path.relative_to(root)): path.lstat().st_size for path in root.rglob("*")}
