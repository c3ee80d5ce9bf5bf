"""Workbooks with what is not for everybody: encrypted with AES-256 before a byte reaches a disk, saved for one reader.

Clauses SE-04 and SE-05. A text stays a text: nothing in a cell becomes a formula or a link.
"""

import io
import os
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.places import refuse_new_file

if TYPE_CHECKING:
    import openpyxl
    import xlsxwriter

CLASSIFICATION = "OFFICIAL-SENSITIVE"
LARGEST_BYTES = 50_000_000
MOST_ROWS = 1_000_000
_LONGEST_TEXT = 32_767
# A spreadsheet counts days from here, with a leap day in 1900 that there never was.
_FIRST_DAY = date(1900, 3, 1)

Cell: TypeAlias = str | int | float | Decimal | date | None


@dataclass(frozen=True)
class Table:
    """One sheet: its name (at most 31 characters), its columns, and rows as wide as they."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def encrypted(write: Callable[["xlsxwriter.Workbook"], None], password: str) -> bytes:
    """What `write` puts into a new workbook, encrypted (agile, AES-256, SHA-512). Nothing readable touches a disk."""
    import xlsxwriter
    from msoffcrypto.format.ooxml import OOXMLFile

    plain, sealed = io.BytesIO(), io.BytesIO()
    as_text = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(plain, as_text) as book:
        write(book)
    plain.seek(0)
    OOXMLFile(plain).encrypt(password, sealed)
    return sealed.getvalue()


def is_sealed(content: bytes) -> bool:
    """Whether these are the bytes of a workbook that is encrypted as `encrypted` does it."""
    from msoffcrypto.format.ooxml import OOXMLFile

    try:
        file = OOXMLFile(io.BytesIO(content))
        told = file.info if file.is_encrypted() and file.type == "agile" else {}
    except Exception:
        # Whatever the library stumbles over is no such workbook.
        return False
    return told.get("passwordKeyBits") == 256 and told.get("passwordHashAlgorithm") == "SHA512"


def save(content: bytes, path: Path) -> None:
    """Write a new file that only its owner can read, in a private folder on a fixed disk.

    Raises:
        GovernanceError: a file that exists, a folder that is open to others or on removable media, a full disk.
    """
    refuse_new_file(path)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        raise GovernanceError(f"{path} exists already: choose another name (--out)") from None
    except OSError as fault:
        raise GovernanceError(f"{path} cannot be written: {fault.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as fault:
        path.unlink(missing_ok=True)
        raise GovernanceError(f"{path} cannot be written: {fault.strerror}") from None


def notice(title: str, version: str, *more: str) -> tuple[str, ...]:
    """What stands above each table: the classification, the agreement that governs it, and whatever else."""
    return (
        CLASSIFICATION,
        f"Shared under the agreement '{' '.join(title.split())}', version {version}, for its purposes alone.",
        "Never print this, send it by e-mail or store it on removable media. Delete it when you no longer need it.",
        *more,
    )


def add_table(book: "xlsxwriter.Workbook", table: Table, above: Sequence[str]) -> int:
    """A sheet with the lines `above`, an empty one, the header and the rows. Returns the number of rows.

    Raises:
        GovernanceError: more rows, or a longer text, than a sheet can hold. A sheet that lacks some is never made.
    """
    sheet = book.add_worksheet(table.name)
    bold = book.add_format({"bold": True})
    header = book.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    sheet.set_header(f"&C{CLASSIFICATION}")
    for line, text in enumerate(above):
        sheet.write_string(line, 0, text, bold if line == 0 else None)
    top = len(above) + 1 if above else 0
    for place, name in enumerate(table.columns):
        sheet.set_column(place, place, max(12, min(40, len(name) + 2)))
        sheet.write_string(top, place, name, header)
    count = 0
    for count, row in enumerate(table.rows, start=1):
        if count > MOST_ROWS:
            raise GovernanceError(f"{table.name} has more than {MOST_ROWS} rows, which a workbook cannot hold")
        for place, value in enumerate(row):
            _write_cell(sheet, top + count, place, value, day)
    sheet.freeze_panes(top + 1, 0)
    return count


def opened(path: Path, password: str) -> "openpyxl.Workbook":
    """An encrypted workbook that somebody brings back, read-only.

    Raises:
        GovernanceError: not readable, not encrypted, another password, too large, or changed on its way.
    """
    import openpyxl

    content = _decrypted(path, password)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > 10 * LARGEST_BYTES:
                raise GovernanceError(f"{path.name} is too large")
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError):
        raise GovernanceError(f"{path.name} is not a workbook that can be read") from None


def _decrypted(path: Path, password: str) -> bytes:
    from msoffcrypto import exceptions
    from msoffcrypto.format.ooxml import OOXMLFile

    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise GovernanceError(f"{path.name} is too large")
        content = path.read_bytes()
    except OSError as fault:
        raise GovernanceError(f"{path} cannot be read: {fault.strerror}") from None
    plain = io.BytesIO()
    try:
        file = OOXMLFile(io.BytesIO(content))
        if not file.is_encrypted():
            raise GovernanceError(f"{path.name} is not encrypted: save it with its password, then import it")
        file.load_key(password=password, verify_password=True)
        file.decrypt(plain, verify_integrity=True)
    except exceptions.InvalidKeyError as fault:
        if "integrity" in str(fault).lower():
            raise GovernanceError(f"{path.name} was damaged or changed on its way: fetch it again") from None
        raise GovernanceError(f"This is not the password of {path.name}") from None
    except GovernanceError:
        raise
    except Exception:
        # Of a damaged file the library stumbles over anything, also inside the parsers that it uses.
        raise GovernanceError(f"{path.name} is damaged, or not an encrypted workbook") from None
    return plain.getvalue()


def _write_cell(sheet: Any, row: int, place: int, value: Cell, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        value = value.isoformat(sep=" ", timespec="seconds")
    elif isinstance(value, date):
        if value >= _FIRST_DAY:
            sheet.write_datetime(row, place, value, day)
            return
        value = value.isoformat()
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, place, value)
    elif len(value) > _LONGEST_TEXT:
        raise GovernanceError("A text is longer than a cell can hold")
    else:
        sheet.write_string(row, place, value)
