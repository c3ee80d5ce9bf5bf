"""The national register of schools, in the shape, encoding and date format of the real file."""

import csv
from datetime import date
from pathlib import Path

from dagster_project.demo.data_files import table, words
from dagster_project.demo.identifiers import AUTHORITY
from dagster_project.demo.schools import School

ENCODING = "windows-1252"
TYPES = {"Community school": "01", "Voluntary controlled school": "03"}
PHASES = {"Primary": "2", "Secondary": "4", "Not applicable": "0"}
AGES = {"Primary": ("4", "11"), "Secondary": ("11", "18"), "Not applicable": ("3", "19")}


def write_register(folder: Path, schools: list[School]) -> int:
    """Writes `gias_schools.csv` with one row per school life; returns the number of rows."""
    folder.mkdir(parents=True)
    with (folder / "gias_schools.csv").open("w", encoding=ENCODING, newline="") as stream:
        writer = csv.DictWriter(stream, words(table("register")["header"]), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_row(school) for school in schools)
    return len(schools)


def _day(day: date | None) -> str:
    return day.strftime("%d-%m-%Y") if day else ""


def _row(school: School) -> dict[str, str]:
    low, high = AGES[school.phase]
    return {
        "URN": str(school.urn),
        "LA (code)": AUTHORITY,
        "LA (name)": "Fakeshire",
        "EstablishmentNumber": school.number,
        "EstablishmentName": school.name,
        "TypeOfEstablishment (code)": TYPES[school.kind],
        "TypeOfEstablishment (name)": school.kind,
        "EstablishmentTypeGroup (code)": "4",
        "EstablishmentTypeGroup (name)": "Local authority maintained schools",
        "EstablishmentStatus (code)": "2" if school.closed else "1",
        "EstablishmentStatus (name)": "Closed" if school.closed else "Open",
        "OpenDate": _day(school.opened),
        "ReasonEstablishmentClosed (code)": "10" if school.closed else "",
        "ReasonEstablishmentClosed (name)": "Academy Converter" if school.closed else "",
        "CloseDate": _day(school.closed),
        "PhaseOfEducation (code)": PHASES[school.phase],
        "PhaseOfEducation (name)": school.phase,
        "StatutoryLowAge": low,
        "StatutoryHighAge": high,
        "Gender (code)": "3",
        "Gender (name)": "Mixed",
        "UKPRN": f"10{school.urn}",
        "Street": school.street,
        "Town": school.town,
        "Postcode": school.postcode,
    }
