"""Opening a delivered file of a mapped delivery: plain, compressed or packed, always within bounds."""

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, Literal, cast

from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.files import open_plain
from dagster_project.extracts.reasons import RefusalReason

Format = Literal["csv", "xlsx", "xml"]
_SUFFIXES: dict[str, Format] = {".csv": "csv", ".csv.gz": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xml": "xml"}
# Honest text shrinks to a tenth; a bomb to a thousandth.
MAX_RATIO = 100
RATIO_COUNTS_FROM = 4 * 2**20
MAX_UNPACKED = 8 * 2**30
MAX_WORKBOOK = 512 * 2**20
MAX_XML = 2 * 2**30
_MAX_PARTS = 2_000


@dataclass(frozen=True)
class FileFacts:
    """A file's size in bytes and SHA-256 in hex."""

    size: int
    sha256: str


def format_of(name: str) -> Format | None:
    """The format that a file's name says, None for one that no mapping reads."""
    lower = name.lower()
    return next((kind for suffix, kind in _SUFFIXES.items() if lower.endswith(suffix)), None)


def facts_of(stream: Any) -> FileFacts:
    """Size and hash of an open file, which is then at its beginning again."""
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    size = stream.tell()
    stream.seek(0)
    return FileFacts(size, digest)


@contextmanager
def open_checked(path: Path, size: int, sha256: str) -> Iterator[BufferedReader]:
    """The file, when it is the one that was packed; it is looked at again when the reader is done with it.

    Raises:
        DeliveryRefused: it is no plain file, or its size or hash is not the stated one, before or after.
    """
    with open_plain(path) as raw:
        stream: BufferedReader = BufferedReader(raw)
        _compare(path.name, facts_of(stream), size, sha256)
        yield stream
        stream.seek(0)
        _compare(path.name, facts_of(stream), size, sha256)


def unpacked(stream: BufferedReader, name: str, size: int) -> Any:
    """The bytes of a CSV file, decompressed while they are read where it is a `.gz`."""
    return BufferedReader(_Inflated(stream, name, size)) if name.lower().endswith(".gz") else stream


def check_workbook(stream: BufferedReader, name: str) -> None:
    """Look at a workbook's table of contents before anything is unpacked.

    Raises:
        DeliveryRefused: it is no workbook, or would unpack to more than is reasonable.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise DeliveryRefused(
            RefusalReason.UNREADABLE_FILE,
            f"{name}: is no workbook that can be read (an .xls or a password?); save it as .xlsx without a password",
        ) from None
    total = sum(part.file_size for part in parts)
    packed = max(sum(part.compress_size for part in parts), 1)
    if len(parts) > _MAX_PARTS or total > MAX_WORKBOOK or (total > RATIO_COUNTS_FROM and total > MAX_RATIO * packed):
        raise too_large(name, "would unpack to more than a workbook of this size can hold")
    stream.seek(0)


def too_large(name: str, what: str) -> DeliveryRefused:
    """A refusal of a file that was made, or has grown, to exhaust its reader."""
    return DeliveryRefused(RefusalReason.FILE_TOO_LARGE, f"{name}: {what}; deliver it in parts, or as CSV")


def _compare(name: str, found: FileFacts, size: int, sha256: str) -> None:
    if found.size != size:
        raise DeliveryRefused(
            RefusalReason.SIZE_DIFFERS,
            f"{name}: has {found.size:,} bytes, the manifest says {size:,}; send it again or pack again",
        )
    if found.sha256 != sha256:
        raise DeliveryRefused(
            RefusalReason.HASH_DIFFERS,
            f"{name}: is not the file that was packed (SHA-256 differs); send it again or pack again",
        )


class _Inflated(RawIOBase):
    """A gzip stream that stops at a bound."""

    def __init__(self, stream: BufferedReader, name: str, size: int) -> None:
        self._source = gzip.GzipFile(fileobj=stream, mode="rb")
        self._name = name
        self._left = min(max(MAX_RATIO * size, RATIO_COUNTS_FROM), MAX_UNPACKED)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._source.read(len(buffer))
        except (OSError, EOFError, zlib.error):
            raise DeliveryRefused(
                RefusalReason.UNREADABLE_FILE, f"{self._name}: the compression is damaged; pack it again"
            ) from None
        self._left -= len(data)
        if self._left < 0:
            raise too_large(self._name, f"unpacks to more than {MAX_RATIO} times its size")
        cast(bytearray, buffer)[: len(data)] = data
        return len(data)
