"""Rows of delivered CSV files and workbook sheets, as text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BufferedReader
from typing import Any

from dagster_project.extracts.csvrows import CsvRows
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.mapped.model import Csv
from dagster_project.extracts.mapped.source import check_workbook, too_large, unpacked
from dagster_project.extracts.reasons import RefusalReason, RejectionReason

_MAX_COLUMNS = 1_000
_MAX_ROWS = 2**20
_SAFE = re.compile(r"[^\w ()-]+")
_WHOLE_UP_TO = 10**15


@dataclass(frozen=True)
class Line:
    """One row below or above the header: its line in the file (or row of the sheet), its cells, what is wrong."""

    number: int
    cells: list[str]
    stray_quote: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """A table as it was delivered; `title` is empty for a CSV file."""

    title: str
    lines: Iterator[Line]


def csv_sheet(stream: BufferedReader, name: str, size: int, encoding: str, spec: Csv) -> Sheet:
    """The rows of a CSV file, plain or compressed."""
    return Sheet("", _csv_lines(CsvRows(unpacked(stream, name, size), name, encoding, spec.delimiter)))


def workbook_sheets(stream: BufferedReader, name: str) -> Iterator[Sheet]:
    """The sheets of a workbook, hidden ones too; to be read one after the other.

    Raises:
        DeliveryRefused: it cannot be read, or would unpack to more than is reasonable.
    """
    from openpyxl import load_workbook  # slow to import, and few deliveries need it

    check_workbook(stream, name)
    try:
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except Exception:
        # openpyxl raises what the damage happens to cause; its text may quote the file.
        raise _damaged(name) from None
    try:
        for sheet in book.worksheets:
            yield Sheet(_title(sheet.title), _sheet_lines(sheet, name))
    finally:
        book.close()


def fault_of(line: Line, width: int) -> RejectionReason | None:
    """What is wrong with a row as a whole. More cells than names are taken when the surplus is empty."""
    if line.stray_quote:
        return RejectionReason.STRAY_QUOTE
    if len(line.cells) < width or any(cell.strip() for cell in line.cells[width:]):
        return RejectionReason.WRONG_NUMBER_OF_COLUMNS
    return None


def _csv_lines(rows: CsvRows) -> Iterator[Line]:
    for row in rows:
        yield Line(rows.first_line, row, '"' in "".join(row) and rows.has_stray_quote())


def _sheet_lines(sheet: Any, name: str) -> Iterator[Line]:
    # What the workbook says of a sheet's extent is often wrong, and would cut rows off without a word.
    sheet.reset_dimensions()
    width = 0
    try:
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if len(row) > _MAX_COLUMNS or number > _MAX_ROWS:
                raise too_large(name, f"a sheet has over {_MAX_COLUMNS:,} columns or {_MAX_ROWS:,} rows")
            cells = [_text(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                width = max(width, len(cells))
                yield Line(number, cells + [""] * (width - len(cells)))
    except DeliveryRefused:
        raise
    except Exception:
        raise _damaged(name) from None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        # Beyond this a spreadsheet keeps no more than the leading digits.
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE_UP_TO else repr(value)
    return str(value)


def _title(text: str) -> str:
    return _SAFE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def _damaged(name: str) -> DeliveryRefused:
    return DeliveryRefused(RefusalReason.UNREADABLE_FILE, f"{name}: the workbook is damaged; save it again as .xlsx")
