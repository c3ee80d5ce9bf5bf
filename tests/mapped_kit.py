"""What the tests of mappings share: a door that packs, lands and reads back a system's own files."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import sql

from dagster_project.extracts.manifest import Resource
from dagster_project.extracts.mapped.library import Library
from dagster_project.extracts.packer import pack
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.landing import LandingResult, land
from tests.extracts_kit import AS_AT, DAY, Agreed, Landing

PARTNER = "madeup_maps"
# So that a handful of rows may hold one that is rejected.
LENIENT = Landing(max_rejected_percent=60.0)


@dataclass
class MappedDoor:
    """Packs and lands invented deliveries of one partner into the shared warehouse."""

    settings: Settings
    folder: Path
    sent: int = field(default=0)

    def pack(self, files: Mapping[str, str | bytes], mappings: list[str], library: Library | None = None) -> Path:
        self.sent += 1
        folder = self.folder / str(self.sent)
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        known = library or Library()
        return pack(folder, PARTNER, DAY, sequence=self.sent, mappings=[known.mapping(name) for name in mappings])

    def land(self, manifest: Path, kind: str, partner: str = PARTNER) -> LandingResult:
        agreed = Agreed(kind, LENIENT)
        return land(self.settings, agreed, manifest, "direct", as_at=AS_AT)

    def send(self, files: Mapping[str, str | bytes], mappings: list[str], kind: str) -> LandingResult:
        """Pack and land; the delivery must load."""
        result = self.land(self.pack(files, mappings), kind)
        assert result.status == "loaded", result.reason
        self.check_accounts()
        return result

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with connect(self.settings, "admin") as conn:
            return conn.execute(query.encode()).fetchall()

    def table(self, extract: str, columns: str) -> list[tuple[Any, ...]]:
        """Columns of the partner's rows of one extract, in an order that does not depend on the loading."""
        found = self.rows(f"select {columns} from raw.{extract} where partner = '{PARTNER}' order by {columns}")
        return found

    def rejected(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select extract, file_name, line_number, column_name, reason_code from control.rejected_rows"
            f" where partner = '{PARTNER}' order by 1, 2, 3, 4"
        )

    def check_accounts(self) -> None:
        """parsed = loaded + rejected for each extract, and each delivered row has exactly one fate."""
        found = self.rows("select rows_parsed, rows_loaded, rows_rejected from control.delivery_files")
        assert found and all(parsed == loaded + rejected for parsed, loaded, rejected in found)
        files = self.rows("select rows_parsed, rows_loaded, rows_rejected, rows_passed_over from control.mapped_files")
        assert files and all(parsed == sum(fates) for parsed, *fates in files)


@contextmanager
def mapped_door(settings: Settings, folder: Path) -> Iterator[MappedDoor]:
    """A door whose traces are wiped: the warehouse is shared."""
    folder.mkdir(exist_ok=True)
    try:
        yield MappedDoor(settings, folder)
    finally:
        with connect(settings, "admin") as conn:
            for (name,) in conn.execute(
                "select relname from pg_class where relispartition and relkind = 'r' and relname like %s",
                [f"%\\_\\_{PARTNER}"],
            ).fetchall():
                conn.execute(sql.SQL("drop table {}").format(sql.Identifier("raw", name)))
            for table in ("rejected_rows", "current_snapshots", "deliveries"):
                conn.execute(
                    sql.SQL("delete from {} where partner = %s").format(sql.Identifier("control", table)), [PARTNER]
                )


def as_csv(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n", encoding: str = "utf-8-sig") -> bytes:
    """A CSV file as office software writes it: CRLF and a byte order mark."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue().encode(encoding)


def as_workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook with one sheet per table."""
    from openpyxl import Workbook

    book = Workbook()
    for name in book.sheetnames:
        del book[name]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def zip_bomb(size: int) -> bytes:
    """A small workbook that would unpack to `size` bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    return content.getvalue()


def resource_of(path: Path, rows: int, encoding: str = "utf-8") -> Resource:
    """What a manifest would say of a file."""
    content = path.read_bytes()
    return Resource(path.name, path.name, len(content), hashlib.sha256(content).hexdigest(), rows, encoding)
