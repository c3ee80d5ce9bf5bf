"""The truth about who is who, for tests and measurements; it is never part of a delivery."""

import csv
from pathlib import Path

from dagster_project.demo.deliveries import TruthBook, as_text
from dagster_project.demo.people import Household, Person, Town

RECORDS = ("partner", "source", "record_id", "true_person_id")
PEOPLE = (
    *("true_person_id", "household_id", "community", "sex", "date_of_birth"),
    *("is_in_temporary_accommodation", "is_twin", "is_namesake", "is_unborn", "is_restricted"),
    *("csc_story", "asc_story", "roll_story", "need_story", "exclusion_story", "attendance_story"),
    *("ta_story", "rent_story"),
)


def write_truth(folder: Path, town: Town, book: TruthBook) -> tuple[int, int]:
    """Writes truth_records.csv and truth_people.csv (people with a record only); returns their numbers of rows."""
    folder.mkdir(parents=True)
    known = {true_id for _, _, _, true_id in book.records}
    everyone = [(person, household) for household in town.households for person in household.members]
    everyone += [(child, household) for household, child in town.unborn]
    people = [_person(person, household) for person, household in everyone if person.true_id in known]
    _write(folder / "truth_records.csv", RECORDS, sorted(book.records))
    _write(folder / "truth_people.csv", PEOPLE, sorted(people))
    return len(book.records), len(people)


def _person(person: Person, household: Household) -> tuple[str, ...]:
    stories = person.stories
    cells = (
        *(person.true_id, f"H{household.number:07d}", person.community, person.sex, person.born),
        *(person.in_ta, person.twin, person.namesake, person.expected, person.restricted),
        *(stories.csc, stories.asc, stories.roll, stories.need, stories.exclusion, stories.attendance),
        *(household.ta_story, household.rent_story),
    )
    return tuple(as_text(cell) for cell in cells)


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
