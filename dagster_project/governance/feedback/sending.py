"""Reports go back the way the delivery came: into the drop-box by SFTP, or into the partner's folder of the home."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from dagster_project.agreement.model import Agreement
from dagster_project.clock import utc_now
from dagster_project.dropbox.client import put_reports
from dagster_project.dropbox.endpoint import Endpoint, load_endpoint
from dagster_project.dropbox.errors import DropboxError, EndpointError
from dagster_project.dropbox.fetch import write_whole
from dagster_project.extracts.contracts import REFERENCE
from dagster_project.governance.feedback.findings import DueReport, due_reports, read_findings
from dagster_project.governance.feedback.report import report_files
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect

_RECORD = """
    insert into control.partner_reports
        (delivery_key, partner, told_status, told_reason, told_quality, report_sha256, state, attempts, tried_at)
    values
        (%(delivery_key)s, %(partner)s, %(status)s, %(reason)s, %(has_quality)s, %(sha256)s, %(state)s, 1, %(now)s)
    on conflict (delivery_key) do update set
        told_status = excluded.told_status,
        told_reason = excluded.told_reason,
        told_quality = excluded.told_quality,
        report_sha256 = excluded.report_sha256,
        state = excluded.state,
        attempts = case
            when partner_reports.state = 'failed' then partner_reports.attempts + 1 else 1
        end,
        tried_at = excluded.tried_at
"""


@dataclass(frozen=True)
class Unsent:
    """Reports that did not reach a partner, and why."""

    partner: str
    reports: int
    reason: str

    @property
    def sentence(self) -> str:
        """For the operator."""
        return f"{self.partner}: {self.reports} report(s) not delivered, tried again in the next run. {self.reason}"


@dataclass(frozen=True)
class Sent:
    """What one round did."""

    delivered: int
    unsent: tuple[Unsent, ...]


def send_reports(settings: Settings, agreement: Agreement, *, use_dropbox: bool) -> Sent:
    """Tell every partner what became of its deliveries, as far as it has not been told.

    Without `use_dropbox` the reports on deliveries that came by SFTP wait for a run that uses it. What cannot be
    delivered is in the result and is tried again the next time; it never raises for a partner's sake.

    Raises:
        WarehouseError: the warehouse cannot be reached.
    """
    names = {partner.code: partner.name for partner in agreement.partners} | {REFERENCE: "public data"}
    routes = ["direct", "sftp"] if use_dropbox else ["direct"]
    delivered = 0
    unsent: list[Unsent] = []
    with connect(settings, "hl_loader", autocommit=True) as conn:
        groups: dict[tuple[str, str], list[DueReport]] = {}
        for due in due_reports(conn, list(names), routes):
            groups.setdefault((due.route, due.partner), []).append(due)
        post = _Post(settings)
        for (route, partner), found in groups.items():
            fault = _send(conn, post, route, found, names[partner])
            delivered += 0 if fault else len(found)
            unsent += [Unsent(partner, len(found), fault)] if fault else []
    return Sent(delivered, tuple(unsent))


class _Post:
    """Where reports are put. A drop-box that failed as a whole is not tried for the next partner."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._endpoint: Endpoint | None = None
        self._fault: str | None = None

    def put(self, route: str, partner: str, files: Mapping[str, bytes]) -> str | None:
        """Put the files there; the fault in words, None when they are there."""
        try:
            if route == "sftp":
                return self._upload(partner, files)
            folder = self._settings.outgoing / partner
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name, data in files.items():
                write_whole(folder / name, data)
        except OSError as fault:
            return f"The folder outgoing/{partner} cannot be written to ({fault.strerror}): check its rights and space."
        return None

    def _upload(self, partner: str, files: Mapping[str, bytes]) -> str | None:
        if self._fault is not None:
            return self._fault
        try:
            self._endpoint = self._endpoint or load_endpoint(self._settings)
            if self._endpoint is None:
                raise EndpointError("No drop-box is configured any more: write secrets/dropbox.json.")
            put_reports(self._endpoint, partner, files)
        except DropboxError as fault:
            # A kind of its own is about the drop-box as a whole; the plain one is about this partner's folder.
            if type(fault) is not DropboxError:
                self._fault = str(fault)
            return str(fault)
        return None


def _send(
    conn: psycopg.Connection[Any], post: _Post, route: str, reports: list[DueReport], partner_name: str
) -> str | None:
    """Send one partner's reports and write down how it went; the fault in words."""
    made = [(due, report_files(read_findings(conn, due), partner_name)) for due in reports]
    digests = {due.delivery_key: _digest(files) for due, files in made}
    changed = [
        files for due, files in made if due.state != "delivered" or digests[due.delivery_key] != due.report_sha256
    ]
    together = {name: data for files in changed for name, data in files.items()}
    fault = post.put(route, reports[0].partner, together) if together else None
    for due in reports:
        values = {
            "delivery_key": due.delivery_key,
            "partner": due.partner,
            "status": due.status,
            "reason": due.reason,
            "has_quality": due.has_quality,
            "sha256": digests[due.delivery_key],
            "state": "failed" if fault else "delivered",
            "now": utc_now(),
        }
        conn.execute(_RECORD.encode(), values)
    return fault


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, data in sorted(files.items()):
        digest.update(name.encode() + b"\0" + data)
    return digest.hexdigest()
