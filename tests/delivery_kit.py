"""Ways to damage or change a packed delivery, as it happens to partners; and where a planted name turned up."""

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

from dagster_project.extracts.packer import pack
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect

AS_AT = "2026-11-22"
CANARY = "Zzyzxcanary"
# Of the test range, with a wrong check digit.
FAULTY_NUMBER = "9990000010"


def one_byte(folder: Path) -> str:
    path = next(folder.glob("fakeshire_edu/*_edu_pupils.csv"))
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    return path.name


def missing_column(folder: Path) -> str:
    path = next(folder.glob("fakeshire_edu/*_edu_pupils.csv"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("legal_last_name", "surname_of_pupil", 1), encoding="utf-8")
    repack(path)
    return path.name


def truncated(folder: Path) -> str:
    path = next(folder.glob("fakeshire_edu/*_edu_pupils.csv"))
    path.write_bytes(path.read_bytes()[:-200])
    return path.name


def end_of_data_mark(folder: Path) -> str:
    path = next(folder.glob("fakeshire_edu/*_edu_exclusions.csv"))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "\\.", *lines[1:]]) + "\n", encoding="utf-8")
    repack(path)
    return path.name


def open_quote(folder: Path) -> str:
    path = next(folder.glob("fakeshire_edu/*_edu_pupils.csv"))
    path.write_text(path.read_text(encoding="utf-8") + '"never closed', encoding="utf-8")
    restate(path)
    return path.name


def utf_16(folder: Path) -> str:
    path = next(folder.glob("fakeshire_edu/*_edu_pupils.csv"))
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-16")
    restate(path)
    return path.name


def repack(path: Path) -> None:
    """Pack the folder anew, as a partner would that did not notice."""
    for manifest in path.parent.glob("*.datapackage.json"):
        manifest.unlink()
    pack(path.parent, path.parent.name, date.fromisoformat(AS_AT))


def restate(path: Path) -> None:
    """Make the manifest state the damaged file's size and hash, so that only its content is wrong."""
    manifest = next(path.parent.glob("*.datapackage.json"))
    stated = json.loads(manifest.read_text(encoding="utf-8"))
    for resource in stated["resources"]:
        if resource["path"] == path.name:
            resource["bytes"] = path.stat().st_size
            resource["hash"] = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    manifest.write_text(json.dumps(stated), encoding="utf-8")


def plant_canary(folder: Path, extract: str, **values: str) -> None:
    """Give twenty people the canary for a last name, and other values besides."""
    path = next(folder.glob(f"*_{extract}.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    for row in table[:20]:
        row.update({"legal_last_name": CANARY, **values})
    write(path, table)


def end_all_placements(folder: Path) -> None:
    """An empty scope: nobody may be shown, so the gate must refuse the empty mart."""
    path = next(folder.glob("*_hou_ta_placements.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    for row in table:
        row["start_date"], row["end_date"] = "2020-01-01", "2020-02-01"
    write(path, table)


def write(path: Path, table: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    repack(path)


def files_naming(home: Path, canary: str) -> list[str]:
    """Files under the home that hold the canary, outside the places that may hold personal data."""
    allowed = {"postgres", "demo", "inbox", "landing"}
    needle = canary.lower().encode()
    return [
        path.relative_to(home).as_posix()
        for path in home.rglob("*")
        if path.is_file() and path.relative_to(home).parts[0] not in allowed and needle in path.read_bytes().lower()
    ]


def fate_of_faulty_numbers(settings: Settings) -> tuple[int, int, int]:
    """Of the planted NHS numbers: rows loaded with one, rows counted as invalid, and match keys made of one."""
    with connect(settings, "admin") as conn:
        return conn.execute(
            """
            select
                (select count(*) from raw.hou_household_members where nhs_number = %(number)s),
                (select invalid from matched.identity_field_counts
                    where partner = 'fakeshire_ta' and field = 'nhs_number'),
                (select count(*) from matched.match_keys where key like '%%' || %(number)s || '%%')
            """,
            {"number": FAULTY_NUMBER},
        ).fetchall()[0]
