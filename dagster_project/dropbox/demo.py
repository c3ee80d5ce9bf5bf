"""The demo's drop-box with its invented account holders, and a partner's side of an upload."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import paramiko

from dagster_project.dropbox.accounts import new_password
from dagster_project.dropbox.endpoint import Endpoint, save_endpoint, write_secret
from dagster_project.dropbox.errors import DropboxError
from dagster_project.dropbox.listener import LOOPBACK, RunningDropbox, User
from dagster_project.dropbox.server import start_demo_dropbox
from dagster_project.dropbox.transport import open_sftp
from dagster_project.extracts.errors import ManifestError
from dagster_project.extracts.manifest import read_manifest
from dagster_project.extracts.names import MANIFEST_SUFFIX
from dagster_project.settings import Settings

COLLECTOR = "priya.marlowe"
# Invented people, one per partner; a partner beyond the list starts it again, which its code keeps apart.
_SURNAMES = ("okonjo", "larkham", "pemberley", "achterberg", "tolland", "wexcombe", "dunmore", "ashgrove")
_BLOCK = 1 << 20


@dataclass(frozen=True)
class DemoDropbox:
    """A running demo drop-box with the accounts of its partners and of the collector."""

    server: RunningDropbox
    collector: Endpoint
    partners: dict[str, Endpoint]

    def endpoint_of(self, partner: str) -> Endpoint:
        """How the partner's own person logs in."""
        return self.partners[partner]

    def __enter__(self) -> "DemoDropbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()


def demo_dropbox(settings: Settings, partner_codes: list[str]) -> DemoDropbox:
    """Start the demo's drop-box with one named account per partner and write the collector's endpoint file.

    Accounts, passwords and host key live in the secrets folder and stay the same between starts.
    """
    users = _demo_users(settings.secrets_dir / "dropbox_accounts.json", partner_codes)
    root = settings.home / "dropbox"
    server = start_demo_dropbox(root, users, settings.secrets_dir / "dropbox_host_key")
    endpoints = {
        name: Endpoint(LOOPBACK, server.port, name, server.host_key, password=user.password)
        for name, user in users.items()
    }
    save_endpoint(settings, endpoints[COLLECTOR])
    partners = {user.partner: endpoints[name] for name, user in users.items() if user.partner in partner_codes}
    return DemoDropbox(server, endpoints[COLLECTOR], {code: end for code, end in partners.items() if code})


def upload_delivery(endpoint: Endpoint, folder: Path) -> int:
    """Act as a partner: upload every delivery in `folder`, data files first and manifest last, as WinSCP would.

    A file that is already there with the same content is left; one with other content is overwritten in place, which
    partners do too and which the collector tells apart by hash. Returns how many deliveries `folder` holds.
    Raises DropboxError when a manifest is none, or a file that it names is missing.
    """
    manifests = sorted(folder.glob(f"*{MANIFEST_SUFFIX}"))
    with open_sftp(endpoint) as session:
        for manifest in manifests:
            for name in [*_data_files(manifest), manifest.name]:
                _upload(session.sftp, folder / name, f"/incoming/{name}")
    return len(manifests)


def _data_files(manifest: Path) -> list[str]:
    try:
        names = [resource.path for resource in read_manifest(manifest).resources]
    except ManifestError as error:
        raise DropboxError(f"{error} (make it with `hearthlink pack`)") from None
    missing = [name for name in names if not (manifest.parent / name).is_file()]
    if missing:
        raise DropboxError(f"{manifest.name} names {len(missing)} file(s) that are not beside it: pack it again.")
    return names


def _upload(sftp: paramiko.SFTPClient, local: Path, remote: str) -> None:
    there = _remote_digest(sftp, remote)
    if there is None:
        sftp.put(str(local), f"{remote}.filepart")
        sftp.rename(f"{remote}.filepart", remote)
        return
    with local.open("rb") as stream:
        ours = hashlib.file_digest(stream, "sha256").digest()
    if there != ours:
        sftp.put(str(local), remote)


def _remote_digest(sftp: paramiko.SFTPClient, remote: str) -> bytes | None:
    digest = hashlib.sha256()
    try:
        with sftp.open(remote, "rb") as stream:
            stream.prefetch(max_concurrent_requests=64)
            while block := stream.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        return None
    return digest.digest()


def _demo_users(path: Path, partner_codes: list[str]) -> dict[str, User]:
    saved: dict[str, dict[str, str | None]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    accounts = {name: User(values["partner"], values["password"]) for name, values in saved.items()}
    accounts.setdefault(COLLECTOR, User(None, new_password(COLLECTOR)))
    for number, code in enumerate(partner_codes):
        if code not in {user.partner for user in accounts.values()}:
            name = f"{code}.{_SURNAMES[number % len(_SURNAMES)]}"
            accounts[name] = User(code, new_password(name))
    values = {name: {"partner": user.partner, "password": user.password} for name, user in accounts.items()}
    if values != saved:
        write_secret(path, json.dumps(values, indent=2))
    return accounts
