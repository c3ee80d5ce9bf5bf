"""Deliveries: finding them in a folder, and checking all that can be checked before a byte is loaded."""

import hashlib
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from dagster_project.agreement.model import AgreementError
from dagster_project.extracts import contracts
from dagster_project.extracts.contracts import Contract
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.manifest import Manifest, Resource, read_manifest
from dagster_project.extracts.names import MANIFEST_SUFFIX, parse_manifest_name
from dagster_project.extracts.reasons import RefusalReason

_EARLIEST = date(2000, 1, 1)
_UNNAMED = (date.min, "")


class PartnerTerms(Protocol):
    """What landing asks about a partner."""

    @property
    def kind(self) -> str:
        """The partner kind."""
        ...


class LandingTerms(Protocol):
    """What the agreement tolerates at the door."""

    @property
    def max_rejected_percent(self) -> float:
        """The largest share of rows of one extract that may be rejected, in percent."""
        ...


class Terms(Protocol):
    """The part of the agreement that landing needs."""

    @property
    def landing(self) -> LandingTerms:
        """What is tolerated."""
        ...

    def partner(self, code: str) -> PartnerTerms:
        """The partner of that code; AgreementError where there is none."""
        ...


@dataclass(frozen=True)
class DeliveryFile:
    """One data file with its contract."""

    path: Path
    resource: Resource
    contract: Contract


@dataclass(frozen=True)
class VerifiedDelivery:
    """A delivery whose manifest, partner, extracts and file sizes are in order.

    Hashes and row counts are compared while the bytes are parsed, so that what was checked is what is loaded.
    """

    manifest: Manifest
    files: tuple[DeliveryFile, ...]

    @property
    def content_sha256(self) -> str:
        """One hash over what is delivered: extracts and their bytes, whatever the delivery and its files are called."""
        lines = sorted(f"{file.resource.extract} {file.resource.sha256}\n" for file in self.files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def find_deliveries(folder: Path) -> list[Path]:
    """Manifests in `folder` and below, oldest extract date first, then by name. Links are not followed.

    Files with a name that no manifest may have come first; `verify` refuses them.
    """
    found = []
    for place, _, files in os.walk(folder, followlinks=False):
        found += [Path(place) / name for name in files if name.endswith(MANIFEST_SUFFIX) and not name.startswith(".")]
    return sorted(found, key=_age)


def verify(manifest_path: Path, agreement: Terms, as_at: date | None = None) -> VerifiedDelivery:
    """Check the delivery of one manifest. `as_at` (London date of the run) bounds the extract date; None: no bound.

    Raises:
        DeliveryRefused: with a reason code and a message that names the file and the reason.
    """
    manifest = read_manifest(manifest_path)
    name = manifest_path.name
    if manifest.mapping is not None:
        raise DeliveryRefused(
            RefusalReason.MAPPING_UNKNOWN,
            f"{name}: asks for a mapping that is not known; deliver the contract's columns",
        )
    _check_date(manifest, as_at)
    expected = contracts.contracts_of_kind(_kind(manifest.partner, agreement))
    sent = {resource.extract for resource in manifest.resources}
    foreign = sorted(sent - expected.keys())
    if foreign:
        raise DeliveryRefused(
            RefusalReason.EXTRACT_NOT_EXPECTED,
            f"{name}: {', '.join(foreign)} is not among the extracts of this partner: {', '.join(expected)}",
        )
    absent = [extract for extract, contract in expected.items() if contract.required and extract not in sent]
    if absent:
        raise DeliveryRefused(
            RefusalReason.EXTRACT_MISSING, f"{name}: the delivery lacks {', '.join(absent)}, which each must hold"
        )
    files = tuple(
        DeliveryFile(manifest_path.parent / resource.path, resource, expected[resource.extract])
        for resource in manifest.resources
    )
    for file in files:
        _check_size(file)
    return VerifiedDelivery(manifest, files)


def check_bytes(file: DeliveryFile) -> None:
    """Compare the file's size and SHA-256 with the manifest, without parsing it.

    Raises:
        DeliveryRefused: they differ.
    """
    with open_plain(file.path) as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    _check_size(file)
    if digest != file.resource.sha256:
        raise DeliveryRefused(
            RefusalReason.HASH_DIFFERS,
            f"{file.resource.path}: is not the file that was packed (SHA-256 differs); send it again or pack again",
        )


def _kind(partner: str, agreement: Terms) -> str:
    if partner == contracts.REFERENCE:
        return contracts.REFERENCE
    try:
        return agreement.partner(partner).kind
    except AgreementError as error:
        raise DeliveryRefused(RefusalReason.PARTNER_UNKNOWN, str(error)) from None


def _check_date(manifest: Manifest, as_at: date | None) -> None:
    # A day's grace: an extract that is stamped just after midnight belongs to a run that began before it.
    if manifest.extract_date < _EARLIEST or (as_at and manifest.extract_date > as_at + timedelta(days=1)):
        raise DeliveryRefused(
            RefusalReason.EXTRACT_DATE_NOT_CREDIBLE,
            f"{manifest.delivery.manifest_file}: the extract date {manifest.extract_date} lies"
            + (f" after this run's date {as_at}" if manifest.extract_date >= _EARLIEST else " before the year 2000"),
        )


def _check_size(file: DeliveryFile) -> None:
    with open_plain(file.path) as source:
        size = os.fstat(source.fileno()).st_size
    if size != file.resource.bytes:
        raise DeliveryRefused(
            RefusalReason.SIZE_DIFFERS,
            f"{file.resource.path}: has {size:,} bytes, the manifest says {file.resource.bytes:,}; send it again"
            " or pack again",
        )


def _age(path: Path) -> tuple[date, str]:
    delivery = parse_manifest_name(path.name)
    return (delivery.extract_date, path.name) if delivery else _UNNAMED
