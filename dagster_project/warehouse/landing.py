"""Landing: one delivery into `raw`, whole or not at all, and what became of it into `control`."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import psycopg

from dagster_project.clock import utc_now
from dagster_project.extracts.delivery import Terms, VerifiedDelivery, check_bytes, verify
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.mapped.library import Library, own_folder
from dagster_project.extracts.names import parse_manifest_name
from dagster_project.extracts.reader import ExtractReader
from dagster_project.extracts.reasons import RefusalReason
from dagster_project.settings import Settings
from dagster_project.warehouse import landing_copy, landing_mapped
from dagster_project.warehouse import landing_ledger as ledger
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.landing_copy import Counts
from dagster_project.warehouse.landing_ledger import Receipt
from dagster_project.warehouse.landing_source import Reader, Source
from dagster_project.warehouse.landing_standing import Standing, loaded_extracts, standing

# Bad rows of a file that is not the one that was packed are nobody's to correct, so they are not listed.
_NOT_THE_PARTNERS_BYTES = (RefusalReason.SIZE_DIFFERS, RefusalReason.HASH_DIFFERS)
Status = Literal["loaded", "duplicate", "older", "refused"]
Progress = Callable[[str, Counts], None]


@dataclass(frozen=True)
class LandingResult:
    """What became of one delivery.

    `delivery_id` and `partner` are None where the manifest's name does not say them; `reason_code` and `reason`
    are set unless the delivery was loaded. `extracts` counts rows by extract, for what was read. `warnings` are
    for the partner: columns that are not in the contract, extracts that a mapping could have made and did not.
    """

    status: Status
    delivery_id: str | None
    partner: str | None
    reason_code: str | None = None
    reason: str | None = None
    extracts: dict[str, Counts] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def land(
    settings: Settings,
    agreement: Terms,
    manifest_path: Path,
    route: str,
    transport: Mapping[str, Any] | None = None,
    as_at: date | None = None,
    progress: Progress | None = None,
) -> LandingResult:
    """Verify, parse and load the delivery of one manifest, in one transaction as `hl_loader`.

    `route` is `direct` or `sftp`; `transport` is what the route leaves as evidence; `as_at` bounds the extract
    date; `progress` is told of each extract when it is in. A refusal is a result, not an error, and is recorded
    with the rejected rows that led to it. Landing the same delivery again changes nothing. Mappings are those that
    ship and those in the folder `mappings` beside the agreement file.

    Raises:
        WarehouseError: the database failed; nothing of the delivery was loaded.
    """
    receipt = Receipt(
        parse_manifest_name(manifest_path.name), _manifest_hash(manifest_path), route, transport, utc_now(), as_at
    )
    readers: dict[str, Reader] = {}
    try:
        with connect(settings, "hl_loader") as conn:
            try:
                with conn.transaction():
                    delivery = verify(manifest_path, agreement, as_at, Library(own_folder(settings.agreement_file)))
                    return _land(conn, delivery, receipt, agreement, readers, progress)
            except DeliveryRefused as refusal:
                with conn.transaction():
                    return _refuse(conn, receipt, refusal, readers)
    except psycopg.Error as fault:
        # The driver's text quotes the row at fault.
        raise WarehouseError(
            f"the database failed while landing {receipt.delivery_id or 'a delivery'} (SQLSTATE {fault.sqlstate}); "
            "nothing of it was loaded. Check the server, then run again."
        ) from None


def _land(
    conn: psycopg.Connection[Any],
    delivery: VerifiedDelivery,
    receipt: Receipt,
    agreement: Terms,
    readers: dict[str, Reader],
    progress: Progress | None,
) -> LandingResult:
    ledger.lock_partner(conn, delivery.manifest.partner)
    if delivery.mapped:
        known = loaded_extracts(conn, delivery)
        if known and (repeat := standing(conn, delivery, known)).is_repeat:
            return _repeated(conn, delivery, receipt, repeat)
    with landing_mapped.open_part(delivery) as part:
        sources = landing_mapped.sources_of(delivery, part)
        stands = standing(conn, delivery, frozenset(source.contract.name for source in sources))
        if stands.is_repeat:
            return _repeated(conn, delivery, receipt, stands)
        due = [source for source in sources if stands.is_due(source)]
        for source in sources:
            if source not in due and source.mapping is None:
                check_bytes(source.file)
        if not due:
            ledger.record_late(conn, receipt, delivery)
            return _not_loaded("older", receipt, "older", ledger.LATE)
        key = ledger.open_delivery(conn, receipt, stands)
        counts: dict[str, Counts] = {}
        for source in due:
            extract = source.contract.name
            limit = _most_rejected(source, agreement)
            counts[extract] = landing_copy.load(conn, source, delivery.manifest, limit, readers)
            ledger.record_extract(conn, key, delivery, source, counts[extract], readers[extract].rejections)
            if progress:
                progress(extract, counts[extract])
        landing_mapped.record_files(conn, key, delivery, part)
        kept = (f"{s.contract.name}: not replaced by what a mapping makes" for s in sources if s not in due)
        warnings = (*filter(None, map(_warning, readers.values())), *part.notes, *(kept if delivery.mapped else ()))
        return LandingResult("loaded", receipt.delivery_id, receipt.partner, extracts=counts, warnings=warnings)


def _repeated(
    conn: psycopg.Connection[Any], delivery: VerifiedDelivery, receipt: Receipt, stands: Standing
) -> LandingResult:
    for file in (*delivery.files, *delivery.mapped):
        check_bytes(file)
    ledger.record_repeat(conn, receipt, stands)
    return _not_loaded("duplicate", receipt, "duplicate", ledger.REPEATED)


def _refuse(
    conn: psycopg.Connection[Any], receipt: Receipt, refusal: DeliveryRefused, readers: dict[str, Reader]
) -> LandingResult:
    if readers and refusal.reason_code in _NOT_THE_PARTNERS_BYTES:
        readers.popitem()
    ledger.record_refusal(conn, receipt, refusal, [(extract, reader.rejections) for extract, reader in readers.items()])
    counts = {extract: Counts(reader.rows_parsed, 0, len(reader.rejections)) for extract, reader in readers.items()}
    return _not_loaded("refused", receipt, refusal.reason_code, str(refusal), counts)


def _not_loaded(
    status: Status, receipt: Receipt, code: str, reason: str, counts: dict[str, Counts] | None = None
) -> LandingResult:
    return LandingResult(status, receipt.delivery_id, receipt.partner, code, reason, counts or {})


def _most_rejected(source: Source, agreement: Terms) -> int:
    """The most rows of a source that may be rejected; decimal arithmetic, so that 2 % of 50 is 1 and not nearly 1."""
    return int(Decimal(str(agreement.landing.max_rejected_percent)) * source.rows / 100)


def _warning(reader: Reader) -> str | None:
    if not isinstance(reader, ExtractReader):
        return None
    if not reader.other_columns or reader.contract.other_columns_expected:
        return None
    positions = ", ".join(map(str, reader.other_columns))
    return f"{reader.resource.path}: not loaded, because not in the contract: columns number {positions}"


def _manifest_hash(path: Path) -> str | None:
    try:
        with open_plain(path) as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except DeliveryRefused:
        return None
