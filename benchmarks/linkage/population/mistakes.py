"""What typing, moving, marrying and old forms do to records. Each mistake strikes a small part of them, by system."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from benchmarks.linkage.population.names import Text, Whole, other_spellings, short_forms
from benchmarks.linkage.population.people import People
from benchmarks.linkage.population.systems import Records
from dagster_project.demo.identifiers import INWARD_LETTERS
from dagster_project.demo.mistakes import without_accents

_RATES = {
    "last name typed wrong": 0.010, "first name typed wrong": 0.009, "short form": 0.10, "other spelling": 0.15,
    "middle name": 0.012, "title": 0.003, "day and month swapped": 0.005, "date typed wrong": 0.006,
    "placeholder date": 0.004, "surname changed": 0.012, "surname doubled": 0.006, "names swapped": 0.003,
    "relative's NHS number": 0.0018, "relative's UPN": 0.0004, "placeholder NHS number": 0.0012,
    "NHS number typed wrong": 0.002,
    "placeholder name": 0.0012, "no accents": 0.5, "capitals": 0.02, "spaces in the NHS number": 0.02,
    "postcode missing": 0.02, "moved": 0.10, "postcode without space": 0.02, "hyphen or apostrophe": 0.25,
}  # fmt: skip
_DATE_MISSING = {"housing": 0.05, "csc": 0.015, "asc": 0.02, "edu": 0.002}
_HOSTEL_SHARE, _PEOPLE_PER_HOSTEL = 0.03, 180
_NEIGHBOURS = dict(zip("aeioumnstrlh", "sroiynmartkj", strict=True))


class Spoiler:
    """Applies mistakes to one set of records; each draws its own victims."""

    def __init__(self, rng: Generator, people: People, records: Records) -> None:
        self._rng, self._people, self._records = rng, people, records

    def spoil(self) -> None:
        """All of them, in the order of the letters below: what happens in life before what happens at the keyboard."""
        for step in (self._addresses, self._names_in_life, self._names_at_the_keyboard, self._dates, self._numbers):
            step()

    def _hit(self, mistake: str) -> Whole:
        return np.flatnonzero(self._rng.random(len(self._records)) < _RATES[mistake])

    def _change(self, column: str, places: Whole, change: Callable[[str], str]) -> None:
        values = self._records.fields[column]
        for place in places:
            values[place] = change(str(values[place]))

    def _names_in_life(self) -> None:
        rng, records, people = self._rng, self._records, self._people
        last = records.fields["last_name"]
        for place in self._hit("surname changed"):
            last[place] = str(last[rng.integers(len(last))])
        for place in self._hit("surname doubled"):
            other = last[rng.integers(len(last))]
            last[place] = f"{last[place]}-{other}" if rng.random() < 0.6 else f"{other}-{last[place]}"
        for mistake, table in (("other spelling", other_spellings()), ("short form", short_forms())):
            self._change("first_name", self._hit(mistake), lambda name, t=table: _one_of(rng, t.get(name)) or name)
        middle = people.first[rng.integers(len(people), size=len(records))]
        first = records.fields["first_name"]
        for place in self._hit("middle name"):
            first[place] = f"{first[place]} {middle[place]}"

    def _names_at_the_keyboard(self) -> None:
        rng, fields = self._rng, self._records.fields
        self._change("last_name", self._hit("last name typed wrong"), lambda name: _slip(rng, name))
        self._change("first_name", self._hit("first name typed wrong"), lambda name: _slip(rng, name))
        swapped = self._hit("names swapped")
        fields["first_name"][swapped], fields["last_name"][swapped] = (
            fields["last_name"][swapped], fields["first_name"][swapped],
        )  # fmt: skip
        for column in ("first_name", "last_name"):
            accented = np.array([not name.isascii() for name in fields[column]])
            self._change(
                column, np.flatnonzero(accented & (rng.random(accented.size) < _RATES["no accents"])), without_accents
            )
            pointed = np.array(["-" in name or "'" in name for name in fields[column]])
            struck = np.flatnonzero(pointed & (rng.random(pointed.size) < _RATES["hyphen or apostrophe"]))
            self._change(column, struck, lambda name: name.replace("'", "").replace("-", " "))
            self._change(column, self._hit("capitals"), str.upper)
            self._change(column, self._hit("placeholder name"), lambda _: str(rng.choice(["Unknown", "NK", "Baby"])))
        sex = fields["sex"]
        for place in self._hit("title"):
            fields["first_name"][place] = f"{'Ms' if sex[place] == 'F' else 'Mr'} {fields['first_name'][place]}"

    def _dates(self) -> None:
        rng, records = self._rng, self._records
        self._change("birth_date", self._hit("date typed wrong"), lambda day: _other_day(rng, day))
        self._change("birth_date", self._hit("day and month swapped"), _swapped)
        self._change("birth_date", self._hit("placeholder date"), lambda _: "1900-01-01")
        missing = np.select([records.of(system) for system in _DATE_MISSING], list(_DATE_MISSING.values()))
        records.fields["birth_date"][rng.random(len(records)) < missing] = ""

    def _numbers(self) -> None:
        rng, records, people = self._rng, self._records, self._people
        for column, mistake in (("nhs_number", "relative's NHS number"), ("upn", "relative's UPN")):
            values = records.fields[column]
            own = np.full(len(people), "", dtype=object)
            own[records.person] = values
            for place in self._hit(mistake):
                relative = records.person[place] + (1 if rng.random() < 0.5 else -1)
                if (
                    0 <= relative < len(people)
                    and people.household[relative] == people.household[records.person[place]]
                ):
                    values[place] = (values[place] and own[relative]) or values[place]
        nhs = records.fields["nhs_number"]
        wrong = self._hit("NHS number typed wrong")
        self._change("nhs_number", wrong[nhs[wrong] != ""], lambda number: _other_digit(rng, number))
        spaced = self._hit("spaces in the NHS number")
        self._change("nhs_number", spaced[nhs[spaced] != ""], lambda n: f"{n[:3]} {n[3:6]} {n[6:]}")
        self._change("nhs_number", self._hit("placeholder NHS number"), lambda _: "0000000000")

    def _addresses(self) -> None:
        rng, records, people = self._rng, self._records, self._people
        moved = rng.random(len(records)) < _RATES["moved"]
        who = records.person
        places = np.where(moved, people.former_postcode[who], people.postcode[who])
        hostels = max(int(len(people) * 0.3 * _HOSTEL_SHARE / _PEOPLE_PER_HOSTEL), 1)
        lodged = rng.random(int(people.household[-1]) + 1) < _HOSTEL_SHARE
        in_hostel = np.flatnonzero(lodged[people.household[who]] & records.of("housing"))
        places[in_hostel] = int(people.postcode.max()) + 1 + people.household[who[in_hostel]] % hostels
        records.fields["postcode"] = _postcodes(int(places.max()) + 1)[places]
        records.fields["postcode"][self._hit("postcode missing")] = ""
        self._change("postcode", self._hit("postcode without space"), lambda code: code.replace(" ", "").lower())


def _postcodes(count: int) -> Text:
    """Codes of the area AA, which is not in use."""
    codes, letters = [], INWARD_LETTERS
    for number in range(count):
        rest, last = divmod(number, len(letters))
        rest, first = divmod(rest, len(letters))
        district, sector = divmod(rest, 10)
        codes.append(f"AA{district + 1} {sector}{letters[first]}{letters[last]}")
    return np.array(codes, dtype=object)


def _one_of(rng: Generator, values: list[str] | None) -> str | None:
    return values[rng.integers(len(values))] if values else None


def _slip(rng: Generator, text: str) -> str:
    """One wrong, lost, doubled or swapped letter; the first one more rarely than the others."""
    if len(text) < 3:
        return text
    at = int(rng.integers(0 if rng.random() < 0.15 else 1, len(text)))
    kind = rng.integers(4)
    if kind == 0:
        return text[:at] + _NEIGHBOURS.get(text[at].lower(), "e") + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2 or at == 0:
        return text[: at + 1] + text[at:]
    return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


def _swapped(day: str) -> str:
    year, month, date = day.split("-")
    return f"{year}-{date}-{month}" if int(date) <= 12 else day


def _other_day(rng: Generator, day: str) -> str:
    """A year, month or day that is wrong by one or ten."""
    year, month, date = (int(part) for part in day.split("-"))
    kind = rng.integers(3)
    if kind == 0:
        year -= int(rng.choice([1, 10]))
    elif kind == 1:
        month = month % 12 + 1
    else:
        date = (date + int(rng.choice([1, 9, 10]))) % 28 + 1
    return f"{year:04d}-{month:02d}-{min(date, 28):02d}"


def _other_digit(rng: Generator, number: str) -> str:
    at = int(rng.integers(3, 10))
    return number[:at] + str((int(number[at]) + int(rng.integers(1, 10))) % 10) + number[at + 1 :]
