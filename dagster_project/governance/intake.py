"""From the two routes to `raw`: collect from the drop-box, sort deliveries by partner kind, land each one."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project.agreement.model import Agreement, AgreementError, Partner
from dagster_project.agreement.standing import standing
from dagster_project.clock import utc_now
from dagster_project.dropbox import client
from dagster_project.dropbox.endpoint import load_endpoint
from dagster_project.extracts.delivery import LandingTerms, find_deliveries
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.manifest import ManifestError, read_manifest
from dagster_project.extracts.names import parse_manifest_name
from dagster_project.extracts.reasons import RefusalReason
from dagster_project.settings import Settings
from dagster_project.warehouse import landing_ledger as ledger
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.landing import LandingResult, land

TRANSPORT_FILE = "transport.json"
REFERENCE = "reference"
# A delivery whose manifest cannot be read or whose partner is unknown belongs to no kind; it is refused and recorded.
UNKNOWN = "unknown"
# The code of a refusal for the agreement's sake: nothing is wrong with the delivery, and the other partners go on.
HELD = "partner_held"

HOLDING_REFUSALS = """
    select refused.partner, refused.delivery_id, refused.reason
    from control.deliveries as refused
    where refused.status = 'refused'
        and refused.reason_code is distinct from 'partner_held'
        and refused.received_at >= %(since)s
        and not exists (
            select 1
            from control.deliveries as later
            where later.partner = refused.partner
                and later.status = 'loaded'
                and (later.extract_date, later.delivery_id) > (refused.extract_date, refused.delivery_id)
        )
    order by refused.delivery_key
"""

KEEP_WARNING = """
    insert into control.delivery_warnings (delivery_key, warning)
    select max(delivery_key), %(warning)s from control.deliveries where delivery_id = %(delivery_id)s
    on conflict do nothing
"""


@dataclass(frozen=True)
class Refusal:
    """A refused delivery and why, in words without values."""

    partner: str | None
    delivery_id: str | None
    reason: str


class PartnerHeld(DeliveryRefused):
    """The delivery's partner is held on the day of the run (clauses HD-03, HD-04, CB-02, SE-09)."""

    def __init__(self, message: str) -> None:
        super().__init__(RefusalReason.PARTNER_HELD, message)


class OpenTerms:
    """The agreement at the door on one day: whoever is held may not deliver."""

    def __init__(self, agreement: Agreement, as_at: date) -> None:
        self.landing: LandingTerms = agreement.landing
        self._agreement = agreement
        self._held = standing(agreement, as_at).held_partners

    def partner(self, code: str) -> Partner:
        """The partner of that code. Raises PartnerHeld, or AgreementError where there is none."""
        partner = self._agreement.partner(code)
        if code in self._held:
            raise PartnerHeld(self._held[code])
        return partner


def collect_from_dropbox(settings: Settings, agreement: Agreement) -> list[client.Collected]:
    """Fetch complete deliveries of the partners on the SFTP route; empty when no drop-box is configured.

    What was negotiated with the server is kept beside each delivery, for its evidence.
    """
    endpoint = load_endpoint(settings)
    partners = [partner.code for partner in agreement.partners if partner.delivery.route == "sftp"]
    if endpoint is None or not partners:
        return []
    collected = client.collect(endpoint, partners, settings.landing_dir)
    for item in collected:
        if item.status == "collected" and item.manifest is not None:
            text = json.dumps(item.evidence, indent=2, sort_keys=True)
            item.manifest.with_name(TRANSPORT_FILE).write_text(text, encoding="utf-8")
    return collected


def record_refused_in_dropbox(settings: Settings, collected: Sequence[client.Collected]) -> list[str]:
    """Put deliveries that were refused before they were fetched on record, so that they hold and are reported.

    Returns the reasons of refusals that belong to no delivery, such as a folder that is missing.
    """
    refused = [item for item in collected if item.status == "refused"]
    unnamed = [item.reason for item in refused if item.name is None or parse_manifest_name(item.name) is None]
    with connect(settings, "hl_loader") as conn:
        for item in refused:
            name = parse_manifest_name(item.name) if item.name else None
            if name is not None:
                receipt = ledger.Receipt(name, None, "sftp", item.evidence, utc_now())
                ledger.record_refusal(conn, receipt, DeliveryRefused(RefusalReason.TRANSFER_REFUSED, item.reason), [])
    return unnamed


def deliveries_by_kind(agreement: Agreement, folders: Sequence[Path]) -> dict[str, list[Path]]:
    """The manifests found in the folders, oldest extract first, by the kind of the partner that they name."""
    sorted_out: dict[str, list[Path]] = {}
    for folder in folders:
        if folder.is_dir():
            for manifest in find_deliveries(folder):
                sorted_out.setdefault(_kind_of(agreement, manifest), []).append(manifest)
    return sorted_out


def land_all(
    settings: Settings,
    agreement: Agreement,
    manifests: Sequence[Path],
    as_at: date,
    report: Callable[[LandingResult], None] | None = None,
) -> list[LandingResult]:
    """Land each delivery; a refused one is recorded and does not stop the others.

    Deliveries of a partner that the agreement holds on that day are refused with the reason.
    """
    results, terms = [], OpenTerms(agreement, as_at)
    for manifest in manifests:
        route, transport = _how_it_came(settings, manifest)
        result = land(settings, terms, manifest, route, transport=transport, as_at=as_at)
        results.append(result)
        if report:
            report(result)
    _keep_warnings(settings, [result for result in results if result.warnings])
    return results


def _keep_warnings(settings: Settings, results: Sequence[LandingResult]) -> None:
    """Put what the partners should know of loaded deliveries on record, for their reports."""
    with connect(settings, "hl_loader") as conn:
        for result in results:
            for warning in result.warnings:
                conn.execute(KEEP_WARNING, {"delivery_id": result.delivery_id, "warning": warning})


def holding_refusals(settings: Settings, since: Any) -> list[Refusal]:
    """Refusals recorded since that moment that no newer good delivery of the same partner has replaced.

    Deliveries of held partners are not among them: they hold up nobody else.
    """
    with connect(settings, "hl_loader") as conn:
        rows = conn.execute(HOLDING_REFUSALS, {"since": since}).fetchall()
    return [Refusal(*row) for row in rows]


def _kind_of(agreement: Agreement, manifest: Path) -> str:
    try:
        partner = read_manifest(manifest).partner
        return REFERENCE if partner == REFERENCE else agreement.partner(partner).kind
    except (ManifestError, AgreementError):
        return UNKNOWN


def _how_it_came(settings: Settings, manifest: Path) -> tuple[str, dict[str, Any] | None]:
    if not manifest.is_relative_to(settings.landing_dir):
        return "direct", None
    transport = manifest.with_name(TRANSPORT_FILE)
    return "sftp", json.loads(transport.read_text(encoding="utf-8")) if transport.is_file() else None
