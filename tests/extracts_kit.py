"""What the tests of packing, reading and landing share: invented files, deliveries and the least of agreements."""

import hashlib
import io
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project.agreement.model import AgreementError
from dagster_project.extracts.contracts import load_contracts
from dagster_project.extracts.manifest import Resource
from dagster_project.extracts.packer import pack
from dagster_project.extracts.reader import ExtractReader
from dagster_project.extracts.rejections import Rejection

DAY = date(2026, 11, 21)
AS_AT = date(2026, 11, 22)
PARTNER = "madeup_asc"
PERSONS, EVENTS = "asc_persons", "asc_events"
BALANCES = "ren_balances"
CANARY = "Zzyzxcanary"


@dataclass(frozen=True)
class OnePartner:
    kind: str


@dataclass(frozen=True)
class Landing:
    max_rejected_percent: float = 2.0


@dataclass(frozen=True)
class Agreed:
    """The part of an agreement that landing asks for; every code that begins with `madeup` is a partner."""

    kind: str = "adult_social_care"
    landing: Landing = field(default_factory=Landing)

    def partner(self, code: str) -> OnePartner:
        if not code.startswith("madeup"):
            raise AgreementError(f"'{code}' is not a partner")
        return OnePartner(self.kind)


def csv_text(extract: str, rows: list[dict[str, str]]) -> str:
    """A file with the contract's header; columns that a row leaves out are empty."""
    names = [column.name for column in load_contracts()[extract].fields]
    lines = [",".join(names)] + [",".join(row.get(name, "") for name in names) for row in rows]
    return "\n".join(lines) + "\n"


def person(number: int, **values: str) -> dict[str, str]:
    row = {"person_id": f"AS{number:06d}", "legal_first_name": "Exampla", "legal_last_name": "Madeup"}
    return row | {"date_of_birth": "1980-02-29", "postcode": "AA1 1AA", "restricted": "N"} | values


def persons(count: int, **values: str) -> str:
    return csv_text(PERSONS, [person(number, **values) for number in range(1, count + 1)])


def balance(number: int, **values: str) -> dict[str, str]:
    return {"tenancy_id": f"T{number:05d}", "balance": "12.50", "balance_date": "2026-11-20"} | values


def balances(count: int) -> str:
    return csv_text(BALANCES, [balance(number) for number in range(1, count + 1)])


def make_delivery(
    folder: Path, files: dict[str, str | bytes], partner: str = PARTNER, day: date = DAY, sequence: int | None = None
) -> Path:
    """A packed delivery; text is written as UTF-8 with the line ends that it has."""
    folder.mkdir(parents=True, exist_ok=True)
    for extract, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{extract}.csv").write_bytes(data)
    return pack(folder, partner, day, sequence=sequence)


def data_file(manifest: Path, extract: str = PERSONS) -> Path:
    return next(manifest.parent.glob(f"*_{extract}.csv"))


def edit_manifest(manifest: Path, resource: dict[str, Any] | None = None, **terms: Any) -> None:
    """Overwrite terms of the manifest, and of its first resource."""
    stated = json.loads(manifest.read_text(encoding="utf-8"))
    stated["resources"][0] |= resource or {}
    manifest.write_text(json.dumps(stated | terms), encoding="utf-8")


def damage(manifest: Path, content: bytes, extract: str = PERSONS, rows: int | None = None) -> Path:
    """Replace a packed file and restate its size and hash, so that only what it holds is wrong."""
    path = data_file(manifest, extract)
    path.write_bytes(content)
    stated = json.loads(manifest.read_text(encoding="utf-8"))
    for entry in stated["resources"]:
        if entry["path"] == path.name:
            entry |= {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
            entry["rowcount"] = entry["rowcount"] if rows is None else rows
    manifest.write_text(json.dumps(stated), encoding="utf-8")
    return path


def reader_of(
    content: bytes, extract: str = BALANCES, rows: int = 0, encoding: str = "utf-8", max_rejected: int | None = None
) -> ExtractReader:
    """A reader of bytes whose manifest tells the truth about size and hash."""
    digest = hashlib.sha256(content).hexdigest()
    resource = Resource(extract, f"{extract}.csv", len(content), digest, rows, encoding)
    return ExtractReader(io.BytesIO(content), load_contracts()[extract], resource, max_rejected)


def read(content: str | bytes, extract: str = BALANCES, rows: int = 0, **options: Any) -> tuple[list, list[Rejection]]:
    """The good rows and the rejections of a file that is stated to hold `rows` rows."""
    data = content.encode() if isinstance(content, str) else content
    reader = reader_of(data, extract, rows, **options)
    good = list(reader)
    return good, list(reader.rejections)
