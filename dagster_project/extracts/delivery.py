"""Deliveries: finding them in a folder, and checking all that can be checked before a byte is loaded."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from dagster_project.agreement.model import AgreementError
from dagster_project.extracts import canonical, contracts
from dagster_project.extracts.contracts import Contract
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.manifest import Manifest, Resource, read_manifest
from dagster_project.extracts.mapped.library import Library
from dagster_project.extracts.mapped.model import Mapping
from dagster_project.extracts.mapped.part import MappedFile
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
    """One data file with its contract. `number` is its place in the manifest (1 = first)."""

    path: Path
    resource: Resource
    contract: Contract
    number: int


@dataclass(frozen=True)
class VerifiedDelivery:
    """A delivery whose manifest, partner, extracts and file sizes are in order.

    `files` are those of canonical extracts, `mapped` the system's own, which `mappings` (with the SHA-256 of each
    mapping's file) turn into extracts of the `kind`. Hashes and row counts are compared while the bytes are parsed, so
    that what was checked is what is loaded.
    """

    manifest: Manifest
    files: tuple[DeliveryFile, ...]
    kind: str = ""
    mapped: tuple[MappedFile, ...] = ()
    mappings: tuple[tuple[Mapping, str], ...] = ()

    @property
    def content_sha256(self) -> str:
        """One hash over what is delivered: extracts and their bytes, whatever the delivery and its files are called.

        What mapped files mean depends on their names and on the mapping, so these count too.
        """
        lines = sorted(f"{file.contract.name} {file.resource.sha256}\n" for file in self.files)
        if self.mapped:
            lines += sorted(f"{file.name} {file.resource.sha256}\n" for file in self.mapped)
            lines += [f"mapping {mapping.mapping} {sha256}\n" for mapping, sha256 in self.mappings]
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def find_deliveries(folder: Path) -> list[Path]:
    """Manifests in `folder` and below, oldest extract date first, then by name. Links are not followed.

    Files with a name that no manifest may have come first; `verify` refuses them.
    """
    found = []
    for place, _, files in os.walk(folder, followlinks=False):
        found += [Path(place) / name for name in files if name.endswith(MANIFEST_SUFFIX) and not name.startswith(".")]
    return sorted(found, key=_age)


def verify(
    manifest_path: Path, agreement: Terms, as_at: date | None = None, library: Library | None = None
) -> VerifiedDelivery:
    """Check the delivery of one manifest. `as_at` (London date of the run) bounds the extract date; None: no bound.

    `library` holds the mappings that it may ask for (default: those that ship). Whether required extracts are there is
    known here only where nothing is mapped; else `missing_extracts` says it when the mappings have done their work.

    Raises:
        DeliveryRefused: with a reason code and a message that names the file and the reason.
    """
    manifest = read_manifest(manifest_path)
    name = manifest_path.name
    _check_date(manifest, as_at)
    kind = _kind(manifest.partner, agreement)
    mappings = _mappings(manifest, kind, library or Library())
    expected = contracts.contracts_of_kind(kind)
    files: list[DeliveryFile] = []
    mapped: list[MappedFile] = []
    for number, resource in enumerate(manifest.resources, start=1):
        path, sent_name = manifest_path.parent / resource.path, manifest.delivery.sent_name(resource.path)
        contract = canonical.contract_of(path, resource, sent_name, is_mapped=bool(mappings))
        if contract is None and mappings:
            mapped.append(MappedFile(path, resource, number, sent_name))
        elif contract is not None and contract.name in expected:
            files.append(DeliveryFile(path, resource, contract, number))
        else:
            foreign = contract.name if contract else resource.extract
            raise DeliveryRefused(
                RefusalReason.EXTRACT_NOT_EXPECTED,
                f"{name}: {foreign} is not among the extracts of this partner: {', '.join(expected)}",
            )
        _check_size(path, resource)
    delivery = VerifiedDelivery(manifest, tuple(files), kind, tuple(mapped), mappings)
    if not mapped:
        check_complete(delivery, {file.contract.name for file in files})
    return delivery


def check_complete(delivery: VerifiedDelivery, sent: Iterable[str]) -> None:
    """Whether the extracts that each delivery of the kind must hold are among those that were sent or made.

    Raises:
        DeliveryRefused: one is missing.
    """
    expected = contracts.contracts_of_kind(delivery.kind)
    absent = [extract for extract, contract in expected.items() if contract.required and extract not in set(sent)]
    if absent:
        raise DeliveryRefused(
            RefusalReason.EXTRACT_MISSING,
            f"{delivery.manifest.delivery.manifest_file}: the delivery lacks {', '.join(absent)}, which each must hold",
        )


def check_bytes(file: DeliveryFile | MappedFile) -> None:
    """Compare the file's size and SHA-256 with the manifest, without parsing it.

    Raises:
        DeliveryRefused: they differ.
    """
    with open_plain(file.path) as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    _check_size(file.path, file.resource)
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


def _mappings(manifest: Manifest, kind: str, library: Library) -> tuple[tuple[Mapping, str], ...]:
    found = []
    for name in manifest.mappings:
        mapping = library.for_delivery(name)
        if mapping.kind != kind:
            raise DeliveryRefused(
                RefusalReason.MAPPING_UNUSABLE,
                f"{manifest.delivery.manifest_file}: the mapping {name} is for partners of the kind {mapping.kind}",
            )
        found.append((mapping, library.entry(name).sha256))
    return tuple(found)


def _check_size(path: Path, resource: Resource) -> None:
    with open_plain(path) as source:
        size = os.fstat(source.fileno()).st_size
    if size != resource.bytes:
        raise DeliveryRefused(
            RefusalReason.SIZE_DIFFERS,
            f"{resource.path}: has {size:,} bytes, the manifest says {resource.bytes:,}; send it again or pack again",
        )


def _age(path: Path) -> tuple[date, str]:
    delivery = parse_manifest_name(path.name)
    return (delivery.extract_date, path.name) if delivery else _UNNAMED
