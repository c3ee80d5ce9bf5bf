"""Reads a generated council back, for tests and measurements."""

import csv
from collections.abc import Iterator
from pathlib import Path

from dagster_project.demo.write_reference import ENCODING

Record = tuple[str, str]
"""A source record: partner code and record id."""
PERSON_EXTRACTS = {
    "fakeshire_ta": "hou_household_members",
    "fakeshire_homes": "ren_tenants",
    "northbank_ha": "ren_tenants",
    "fakeshire_csc": "csc_persons",
    "fakeshire_asc": "asc_persons",
    "fakeshire_edu": "edu_pupils",
}


def read_extract(deliveries: Path, partner: str, extract: str) -> Iterator[dict[str, str]]:
    """The rows of one packed extract, as text by column. Raises ValueError if there is not exactly one such file."""
    (path,) = (deliveries / partner).glob(f"{partner}_*_{extract}.csv")
    with path.open(encoding=ENCODING if extract == "gias_schools" else "utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def read_person_rows(deliveries: Path) -> Iterator[tuple[Record, dict[str, str]]]:
    """Every row about a person's identity in all six partners' files; a pupil of two schools comes twice."""
    for partner, extract in PERSON_EXTRACTS.items():
        for row in read_extract(deliveries, partner, extract):
            yield (partner, row["person_id"]), row


def read_truth(truth: Path) -> dict[Record, str]:
    """The true person of each source record."""
    with (truth / "truth_records.csv").open(encoding="utf-8", newline="") as stream:
        return {(row["partner"], row["record_id"]): row["true_person_id"] for row in csv.DictReader(stream)}


def read_true_people(truth: Path) -> dict[str, dict[str, str]]:
    """What is true of each person, by true person id."""
    with (truth / "truth_people.csv").open(encoding="utf-8", newline="") as stream:
        return {row["true_person_id"]: row for row in csv.DictReader(stream)}
