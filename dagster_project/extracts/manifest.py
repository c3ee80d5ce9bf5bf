"""A delivery's manifest: a Frictionless Data Package descriptor, read strictly.

Nothing in the file is trusted: the names in it are never printed or opened before they match the rules of
`names`, and only the terms that we know are handed to the standard's own check, which could follow links.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from dagster_project.extracts import names
from dagster_project.extracts.errors import DeliveryRefused, ManifestError
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.mapped.source import format_of
from dagster_project.extracts.reasons import RefusalReason

MAX_BYTES = 1_000_000
ENCODINGS = ("utf-8", "windows-1252")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_EXTRACT = re.compile(r"[a-z][a-z0-9_]{1,40}")
_MAPPING = re.compile(r"[a-z][a-z0-9_-]{0,60}")
# A file that is mapped is called as its sender likes.
_RESOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Resource:
    """One data file: `sha256` in hex, `bytes` and `rowcount` (rows without the header) as the partner states them.

    `extract` is the name of the resource: the extract, or any name where the file is to be mapped.
    """

    extract: str
    path: str
    bytes: int
    sha256: str
    rowcount: int
    encoding: str


@dataclass(frozen=True)
class Manifest:
    """One delivery as its partner describes it. `created` is in UTC; `mappings` names those that its files need."""

    delivery: names.DeliveryName
    created: datetime
    mappings: tuple[str, ...]
    resources: tuple[Resource, ...]

    @property
    def delivery_id(self) -> str:
        """`{partner}_{YYYYMMDD}_{nnn}`."""
        return str(self.delivery)

    @property
    def partner(self) -> str:
        """The code of the partner who sends."""
        return self.delivery.partner

    @property
    def extract_date(self) -> date:
        """The day that the data shows."""
        return self.delivery.extract_date


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file (see `parse_manifest`).

    Raises:
        ManifestError: the file is missing or is no plain file; its name, the JSON or a term in it breaks a rule.
    """
    delivery = names.parse_manifest_name(path.name)
    if delivery is None:
        raise ManifestError(
            RefusalReason.MANIFEST_NAME, "a manifest must be called {partner}_{YYYYMMDD}_{nnn}" + names.MANIFEST_SUFFIX
        )
    try:
        with open_plain(path) as stream:
            content = stream.read(MAX_BYTES + 1)
    except DeliveryRefused as refusal:
        raise ManifestError(RefusalReason(refusal.reason_code), str(refusal)) from None
    return parse_manifest(content, delivery)


def parse_manifest(content: bytes, delivery: names.DeliveryName) -> Manifest:
    """The manifest in `content`, which must be that of `delivery` (known from the file's name).

    Raises:
        ManifestError: it is too big, is not UTF-8 JSON, is no Data Package, or breaks a rule of `extracts.md`.
    """
    rules = _Rules(delivery.manifest_file)
    descriptor = rules.descriptor(content)
    rules.expect(descriptor.get("name") == str(delivery), "'name' must be the delivery id in the file's name")
    rules.expect(descriptor.get("partner") == delivery.partner, "'partner' must be the partner in the file's name")
    rules.expect(
        descriptor.get("extract_date") == delivery.extract_date.isoformat(),
        "'extract_date' must be the day in the file's name, written YYYY-MM-DD",
    )
    mapping = descriptor.get("mapping")
    named = mapping if isinstance(mapping, list) else [] if mapping is None else [mapping]
    rules.expect(
        all(isinstance(name, str) and _MAPPING.fullmatch(name) is not None for name in named),
        "'mapping' must be the name of a mapping, or a list of such names",
    )
    entries = descriptor["resources"]
    resources = tuple(
        rules.resource(number, entry, delivery, is_mapped=bool(named)) for number, entry in enumerate(entries, start=1)
    )
    extracts = [resource.extract for resource in resources]
    rules.expect(len(set(extracts)) == len(extracts), "an extract stands in it twice")
    rules.expect(len({resource.path for resource in resources}) == len(resources), "a file stands in it twice")
    created = rules.created(descriptor.get("created"))
    rules.check_standard(descriptor)
    return Manifest(delivery, created, tuple(dict.fromkeys(named)), resources)


class _Rules:
    """Our rules for one manifest; each breach names the file and the place, never the text that stands there."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name

    def expect(self, kept: bool, rule: str) -> None:
        if not kept:
            raise ManifestError(RefusalReason.MANIFEST_INVALID, f"{self.file_name}: {rule}")

    def descriptor(self, content: bytes) -> dict[str, Any]:
        if len(content) > MAX_BYTES:
            raise ManifestError(RefusalReason.MANIFEST_UNREADABLE, f"{self.file_name} is over {MAX_BYTES:,} bytes long")
        try:
            descriptor = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_no_repeats)
        except (ValueError, RecursionError):
            raise ManifestError(
                RefusalReason.MANIFEST_UNREADABLE,
                f"{self.file_name} is not JSON in UTF-8, or repeats a name; pack again",
            ) from None
        self.expect(isinstance(descriptor, dict), "the file must hold one JSON object")
        entries = descriptor.get("resources")
        self.expect(isinstance(entries, list) and len(entries) > 0, "'resources' must list at least one file")
        self.expect(all(isinstance(entry, dict) for entry in entries), "each of 'resources' must be an object")
        return descriptor

    def check_standard(self, descriptor: dict[str, Any]) -> None:
        from frictionless import FrictionlessException, Package  # slow to import, and only landing needs it

        reduced = {term: descriptor[term] for term in ("name", "created") if term in descriptor}
        terms = ("name", "path", "bytes", "hash", "encoding")
        reduced["resources"] = [
            {term: entry[term] for term in terms if term in entry} for entry in descriptor["resources"]
        ]
        try:
            Package.from_descriptor(reduced)
        except FrictionlessException:
            raise ManifestError(
                RefusalReason.MANIFEST_INVALID, f"{self.file_name} is not a valid Data Package descriptor; pack again"
            ) from None

    def resource(
        self, number: int, entry: dict[str, Any], delivery: names.DeliveryName, *, is_mapped: bool
    ) -> Resource:
        place = f"resource {number}: "
        extract, path, digest = entry.get("name"), entry.get("path"), entry.get("hash")
        named = isinstance(extract, str) and (_RESOURCE if is_mapped else _EXTRACT).fullmatch(extract) is not None
        kind = "a name of lower case letters, digits, . _ and -" if is_mapped else "the name of an extract"
        self.expect(named, place + f"'name' must be {kind}")
        safe = isinstance(path, str) and names.FILE.fullmatch(path) is not None
        self.expect(safe, place + "'path' must be a plain file name (letters, digits, . _ -)")
        if is_mapped:
            self.expect(
                format_of(str(path)) is not None, place + "'path' must be a .csv, .csv.gz, .txt, .xlsx or .xml file"
            )
        else:
            self.expect(path == delivery.data_file(str(extract)), place + "'path' must be {delivery id}_{extract}.csv")
        hashed = isinstance(digest, str) and _HASH.fullmatch(digest) is not None
        self.expect(hashed, place + "'hash' must be sha256: and 64 hex digits")
        encoding = str(entry.get("encoding")).lower()
        self.expect(encoding in ENCODINGS, place + f"'encoding' must be one of {', '.join(ENCODINGS)}")
        return Resource(
            extract=str(extract),
            path=str(path),
            bytes=self.count(entry.get("bytes"), place + "'bytes'"),
            sha256=str(digest).removeprefix("sha256:"),
            rowcount=self.count(entry.get("rowcount"), place + "'rowcount'"),
            encoding=encoding,
        )

    def count(self, value: object, term: str) -> int:
        if type(value) is not int or not 0 <= value < 2**53:
            raise ManifestError(
                RefusalReason.MANIFEST_INVALID, f"{self.file_name}: {term} must be a whole number, 0 or more"
            )
        return value

    def created(self, value: object) -> datetime:
        rule = "'created' must be a UTC time such as 2026-11-22T06:00:00Z"
        try:
            created = datetime.fromisoformat(str(value))
        except ValueError:
            raise ManifestError(RefusalReason.MANIFEST_INVALID, f"{self.file_name}: {rule}") from None
        offset = created.utcoffset()
        self.expect(offset is not None and not offset, rule)
        return created.astimezone(UTC)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    descriptor = dict(pairs)
    if len(descriptor) != len(pairs):
        raise ValueError("a name stands twice")
    return descriptor
