"""Packing: gives a folder of files their delivery's names and writes the manifest last.

Whether the delivery satisfies its contracts is judged at landing; packing only makes it whole and verifiable.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from dagster_project.clock import utc_now
from dagster_project.extracts import names, packer_mapped
from dagster_project.extracts.canonical import has_columns
from dagster_project.extracts.contracts import load_contracts
from dagster_project.extracts.csvrows import CsvRows
from dagster_project.extracts.errors import DeliveryRefused, PackError
from dagster_project.extracts.files import open_plain, write_atomically
from dagster_project.extracts.manifest import ENCODINGS
from dagster_project.extracts.mapped import model
from dagster_project.extracts.mapped.source import format_of
from dagster_project.extracts.names import DeliveryName

_LAST_SEQUENCE = 999


def pack(
    folder: Path,
    partner: str,
    extract_date: date,
    *,
    sequence: int | None = None,
    created: datetime | None = None,
    encodings: Mapping[str, str] | None = None,
    mappings: Sequence[model.Mapping] = (),
) -> Path:
    """Make one delivery of the files in `folder` and return the path of its manifest.

    Files may be called `{extract}.csv` (they are renamed) or already bear the delivery's prefix. `sequence` is by
    default the next free one of the day, or that of the files which bear a prefix already. `created` is the time
    in the manifest (default: now, UTC). `encodings` gives the encoding per extract where it is not the contract's.
    With `mappings` all files that are not a canonical extract's are taken as the system's own: CSV, XLSX, XML.
    Packing what is packed already changes nothing.

    Raises:
        PackError: no CSV file, an unknown file, a damaged file; the message names it and says what to do.
    """
    if not names.PARTNER.fullmatch(partner):
        raise PackError("the partner's code must be 2 to 31 lower case letters, digits and _, beginning with a letter")
    if not folder.is_dir():
        raise PackError(f"there is no folder {folder}")
    found = _find(folder, partner, extract_date, is_mapped=bool(mappings))
    delivery = _choose(found, partner, extract_date, sequence)
    sources = found.of(delivery)
    if not sources:
        raise PackError(
            f"no CSV file to pack in {folder}: put one file per extract there, called {{extract}}.csv, such as"
            f" {next(iter(load_contracts()))}.csv"
        )
    entries = []
    for sent, source in sorted(sources.items()):
        if sent in found.own:
            entries.append(packer_mapped.entry(source, sent, delivery, mappings, (encodings or {}).get("*")))
        else:
            entries.append(_entry(source, sent.removesuffix(".csv"), delivery, encodings or {}))
    for sent, source in sources.items():
        if source.name != f"{delivery}_{sent}":
            source.rename(folder / f"{delivery}_{sent}")
    asked = [mapping.mapping for mapping in mappings]
    return _write_manifest(folder / delivery.manifest_file, delivery, entries, created or utc_now(), asked)


@dataclass(frozen=True)
class _Found:
    """A folder's files by the name they were sent under: bare ones, named ones by delivery; the packed deliveries.

    `own` are the names of files that are the system's own, to be mapped.
    """

    bare: dict[str, Path]
    named: dict[DeliveryName, dict[str, Path]]
    packed: frozenset[DeliveryName]
    own: frozenset[str]

    def of(self, delivery: DeliveryName) -> dict[str, Path]:
        """The files of one delivery. Bare files join files that an interrupted run has renamed already."""
        named = self.named.get(delivery, {})
        twice = sorted(set(named) & set(self.bare))
        if twice:
            raise PackError(
                f"{delivery}_{twice[0]} is there already, beside {twice[0]}: remove one of them, or leave"
                " out the sequence number"
            )
        return named | self.bare


def _find(folder: Path, partner: str, extract_date: date, *, is_mapped: bool) -> _Found:
    extracts = load_contracts()
    bare: dict[str, Path] = {}
    named: dict[DeliveryName, dict[str, Path]] = {}
    unknown, own = [], set()
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not _is_taken(path, is_mapped=is_mapped):
            continue
        delivery, sent = names.split_sent(path.name)
        extract = sent[: -len(".csv")] if sent.lower().endswith(".csv") else ""
        if extract in extracts and (not is_mapped or has_columns(path, "utf-8", extracts[extract])):
            sent = f"{extract}.csv"
        elif is_mapped:
            sent = names.safe_name(sent)
            own.add(sent)
        else:
            unknown.append(path.name)
            continue
        place = bare if delivery is None else named.setdefault(delivery, {})
        if delivery is None or (delivery.partner, delivery.extract_date) == (partner, extract_date):
            if sent in place:
                raise PackError(f"two files would be called {sent} in the delivery; rename one of them")
            place[sent] = path
    if unknown:
        listed = ", ".join(name.encode("unicode_escape").decode("ascii") for name in unknown)
        raise PackError(
            f"not the name of an extract: {listed}. The extracts are: {', '.join(extracts)}. For a system's own"
            " files name a mapping; 'hearthlink mapping list' shows them"
        )
    manifests = (names.parse_manifest_name(path.name) for path in folder.iterdir())
    return _Found(bare, named, frozenset(name for name in manifests if name), frozenset(own))


def _is_taken(path: Path, *, is_mapped: bool) -> bool:
    return format_of(path.name) is not None if is_mapped else path.suffix.lower() == ".csv"


def _choose(found: _Found, partner: str, extract_date: date, sequence: int | None) -> DeliveryName:
    if sequence is not None:
        if not 1 <= sequence <= _LAST_SEQUENCE:
            raise PackError(f"the sequence number must be from 1 to {_LAST_SEQUENCE}")
        return DeliveryName(partner, extract_date, sequence)
    same_day = {name for name in found.packed if (name.partner, name.extract_date) == (partner, extract_date)}
    unpacked = {name for name, files in found.named.items() if files} - same_day
    if unpacked or not found.bare:
        candidates = unpacked or found.named.keys()
        newest = max((name.sequence for name in candidates), default=1)
    else:
        newest = max((name.sequence for name in same_day), default=0) + 1
    if newest > _LAST_SEQUENCE:
        raise PackError(f"{partner} has used all {_LAST_SEQUENCE} sequence numbers of {extract_date}")
    return DeliveryName(partner, extract_date, newest)


def _entry(path: Path, extract: str, delivery: DeliveryName, encodings: Mapping[str, str]) -> dict[str, Any]:
    encoding = encodings.get(extract, load_contracts()[extract].encoding).lower()
    if encoding not in ENCODINGS:
        raise PackError(f"{extract}: the encoding must be one of {', '.join(ENCODINGS)}")
    try:
        with open_plain(path) as source:
            rows = CsvRows(source, path.name, encoding)
            rows.read_header()
            count = sum(1 for _ in rows)
            return {
                "name": extract,
                "path": delivery.data_file(extract),
                "bytes": rows.size,
                "hash": f"sha256:{rows.sha256}",
                "rowcount": count,
                "encoding": encoding,
            }
    except DeliveryRefused as refusal:
        raise PackError(f"cannot pack {refusal}") from None


def _write_manifest(
    path: Path, delivery: DeliveryName, entries: list[dict[str, Any]], created: datetime, mappings: list[str]
) -> Path:
    descriptor = {
        "name": str(delivery),
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "partner": delivery.partner,
        "extract_date": delivery.extract_date.isoformat(),
        **({"mapping": mappings[0] if len(mappings) == 1 else mappings} if mappings else {}),
        "resources": entries,
    }
    if _already_says(path, descriptor):
        return path
    write_atomically(path, (json.dumps(descriptor, indent=2) + "\n").encode())
    return path


def _already_says(path: Path, descriptor: dict[str, Any]) -> bool:
    """Whether the manifest on disk says the same, its time aside."""
    try:
        present = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(present, dict) and present | {"created": None} == descriptor | {"created": None}
