"""Packing a system's own files: counting their rows as the mapping will, and stating their encoding."""

import codecs
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any

from dagster_project.extracts.errors import DeliveryRefused, PackError
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.manifest import ENCODINGS
from dagster_project.extracts.mapped.intake import Delivered, Nowhere, read_with_any
from dagster_project.extracts.mapped.model import Mapping
from dagster_project.extracts.mapped.origin import Origin
from dagster_project.extracts.mapped.source import facts_of, format_of, unpacked
from dagster_project.extracts.names import FILE, DeliveryName

_CHUNK = 2**20


def entry(
    path: Path, sent: str, delivery: DeliveryName, mappings: Sequence[Mapping], encoding: str | None
) -> dict[str, Any]:
    """The manifest's entry of one file. `sent` is its name in safe characters, without the delivery's prefix.

    Raises:
        PackError: no mapping knows the file, or it cannot be read.
    """
    name = f"{delivery}_{sent}"
    if not FILE.fullmatch(name):
        raise PackError(
            f"{sent}: the name is too long for a delivery; shorten it to {99 - len(str(delivery))} characters"
        )
    try:
        with open_plain(path) as raw:
            stream: BufferedReader = BufferedReader(raw)
            facts = facts_of(stream)
            stated = encoding or encoding_of(stream, sent, facts.size, mappings)
            if stated not in ENCODINGS:
                raise PackError(f"{sent}: the encoding must be one of {', '.join(ENCODINGS)}")
            delivered = Delivered(stream, sent, facts.size, stated)
            _, origin, _ = read_with_any(
                delivered, [(mapping, Nowhere()) for mapping in mappings], lambda: Origin(1, sent)
            )
    except DeliveryRefused as refusal:
        raise PackError(f"cannot pack {refusal}") from None
    return {
        "name": sent.lower(),
        "path": name,
        "bytes": facts.size,
        "hash": f"sha256:{facts.sha256}",
        "rowcount": len(origin.lines),
        "encoding": stated,
    }


def encoding_of(stream: BufferedReader, name: str, size: int, mappings: Sequence[Mapping]) -> str:
    """The encoding to state for a file that one of the mappings takes."""
    allowed = {text for mapping in mappings if mapping.formats.csv for text in mapping.formats.csv.encodings}
    if format_of(name) != "csv" or "windows-1252" not in allowed:
        return "utf-8"
    return encoding_of_text(stream, name, size)


def encoding_of_text(stream: BufferedReader, name: str, size: int) -> str:
    """The encoding of a text file, which is then at its beginning again: UTF-8 where all of it is, else Windows-1252.

    Text with accents that is valid UTF-8 throughout is never Windows-1252 in practice; the manifest states the result.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    source = unpacked(stream, name, size)
    try:
        while chunk := source.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "windows-1252"
    finally:
        stream.seek(0)
    return "utf-8"
