"""One council: people, their records with mistakes, the truth; written as two CSV files of the benchmark's format."""

import csv
from pathlib import Path

import numpy as np

from benchmarks.linkage.columns import RECORD_COLUMNS, TRUTH_COLUMNS
from benchmarks.linkage.population.mistakes import Spoiler
from benchmarks.linkage.population.people import new_year_birthdays, settle
from benchmarks.linkage.population.systems import Records, enter
from benchmarks.linkage.records import RecordSet

PARTNERS = {"housing": "bench_ta", "csc": "bench_csc", "asc": "bench_asc", "edu": "bench_edu"}


def write_council(folder: Path, people: int, seed: int, profile: str) -> RecordSet:
    """Invent a council of `people` persons and write `records.csv` and `truth.csv` into `folder`.

    The same arguments give the same files. Raises KeyError for an unknown profile.
    """
    rng = np.random.default_rng([seed, people])
    residents = settle(rng, people)
    new_year_birthdays(rng, residents)
    records = enter(rng, residents, profile)
    Spoiler(rng, residents, records).spoil()
    found = RecordSet(f"council, {profile}, seed {seed}", folder / "records.csv", folder / "truth.csv", people=people)
    _write(found, records, rng.permutation(len(records)))
    return found


def _write(found: RecordSet, records: Records, order: np.ndarray) -> None:
    columns = {
        "source": records.system,
        "partner": np.array([PARTNERS[system] for system in records.system], dtype=object),
        "record_id": records.record_id,
        **records.fields,
    }
    blank = [""] * len(records)
    with found.records.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(RECORD_COLUMNS)
        writer.writerows(
            zip(*(columns[name][order] if name in columns else blank for name in RECORD_COLUMNS), strict=True)
        )
    with found.truth.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(TRUTH_COLUMNS)
        writer.writerows(
            zip(
                columns["partner"][order],
                records.record_id[order],
                (f"P{n}" for n in records.person[order]),
                strict=True,
            )
        )
