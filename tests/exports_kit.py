"""People of an invented council as planning exports read them, and what a reader makes of a finished export."""

import io
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from msoffcrypto.format.ooxml import OOXMLFile

from dagster_project.governance.exports.planning.generalise import ITEMS
from dagster_project.governance.exports.planning.people import Person
from dagster_project.warehouse.connection import connect
from tests.council_kit import Pipeline

AS_AT = date(2026, 11, 20)
STEWARD, PLANNER, OFFICER = "stella.fenwick", "pia.fenwick", "hal.fenwick"
# Children, and adults with an NHS number, of the published council; one adult has none, one child is hidden.
PEOPLE, GROWN_UPS = 24, 9
CANARY_CHILD, HIDDEN_CHILD = "Zephyrine Quillfeather", "Rae Rowan"
CANARIES = ("Zephyrine", "Quillfeather", "9990001234", "AA1 1ZZ", "2015-05-17", "17 Canary Row", "Quayside Primary")
_SHARES = {
    "is_in_rent_arrears": 0.35,
    "has_arrears_payment_plan": 0.1,
    "is_at_risk_of_eviction": 0.06,
    "has_ehcp": 0.05,
    "is_disabled": 0.08,
    "has_child_protection_plan": 0.012,
    "is_child_in_care": 0.006,
    "is_child_in_need": 0.04,
    "is_at_risk_of_exploitation": 0.004,
    "is_known_to_services": 0.6,
}
_NEEDS = ("Autistic spectrum disorder", "Moderate learning difficulty", "Hearing impairment")


def invented_people(count: int, seed: int) -> list[Person]:
    """People as unevenly spread as real ones: few very old, few in the outer districts, rare flags, much not known."""
    chance = random.Random(seed)
    districts = [f"AA{number}" for number in range(1, 13)]
    weights = [2.0**-number for number in range(12)]
    return [_person(number, chance, chance.choices(districts, weights)[0]) for number in range(count)]


def _person(number: int, chance: random.Random, district: str) -> Person:
    age = min(int(chance.expovariate(1 / 24)), 99)
    items: dict[str, Any] = {name: chance.choices("YN", (share, 1 - share))[0] for name, share in _SHARES.items()}
    items |= {name: None for name in items if chance.random() < 0.1}
    items["gender"] = chance.choices(("female", "male", "other", None), (50, 48, 0.2, 2))[0]
    items["is_in_temporary_accommodation"] = "Y" if chance.random() < 0.97 else "N"
    items["send_type"] = chance.choice(_NEEDS) if items["has_ehcp"] == "Y" else None
    pupil = 4 < age < 17
    items["total_absence_percent"] = round(chance.expovariate(1 / 8), 1) if pupil else None
    items["lateness_percent"] = round(chance.expovariate(1 / 2), 1) if pupil else None
    items["exclusions_current_year"] = chance.choices((0, 1, 2, 5), (90, 6, 3, 1))[0] if pupil else None
    born = AS_AT - timedelta(days=age * 365 + chance.randrange(365)) if chance.random() > 0.01 else None
    return Person(
        f"p{number:020}",
        born,
        f"{district} {chance.randrange(1, 9)}ZZ" if chance.random() > 0.03 else None,
        min(1 + int(chance.expovariate(1 / 2)), 9),
        age > 17 and chance.random() < 0.2,
        {name: items[name] for name in ITEMS},
    )


def decrypted(path: Path, password: str) -> bytes:
    """The workbook inside; its integrity is verified."""
    plain = io.BytesIO()
    file = OOXMLFile(io.BytesIO(path.read_bytes()))
    file.load_key(password=password, verify_password=True)
    file.decrypt(plain, verify_integrity=True)
    return plain.getvalue()


def sheets(path: Path, password: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of each sheet by column, beneath the notice."""
    book = openpyxl.load_workbook(io.BytesIO(decrypted(path, password)))
    return {sheet.title: _rows(list(sheet.iter_rows(values_only=True))) for sheet in book}


def notices(path: Path, password: str) -> dict[str, list[str]]:
    """What stands above the table of each sheet."""
    book = openpyxl.load_workbook(io.BytesIO(decrypted(path, password)))
    return {sheet.title: [str(line[0]) for line in _above(list(sheet.iter_rows(values_only=True)))] for sheet in book}


def _above(lines: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return lines[: next(place for place, line in enumerate(lines) if not any(line))]


def _rows(lines: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    header, *rest = lines[len(_above(lines)) + 1 :]
    return [dict(zip(map(str, header), line, strict=True)) for line in rest]


def canaries_in(content: Iterable[bytes]) -> set[str]:
    """The canaries that some of the bytes hold, plainly or as UTF-16."""
    parts = list(content)
    return {
        name
        for name in CANARIES
        for form in (name.encode(), name.encode("utf-16-le"))
        if any(form in part for part in parts)
    }


@contextmanager
def in_another_run(pipeline: Pipeline) -> Iterator[None]:
    """While it lasts, the warehouse is at a run that came after the last publish."""
    set_run = "update agreement.run_context set publish_id = %s"
    with connect(pipeline.settings, "admin", autocommit=True) as conn:
        conn.execute(set_run, ["p_next"])
        try:
            yield
        finally:
            conn.execute(set_run, ["p_1"])
