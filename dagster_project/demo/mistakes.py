"""The slips of people who type: one small function for each kind. All draw from the generator that they are given."""

import random
import unicodedata
from datetime import date, timedelta

from dagster_project.demo.names import community, nicknames, spellings
from dagster_project.demo.people import Person

DEFAULT_BIRTH_DATE = date(1900, 1, 1)
NHS_PLACEHOLDERS = ("0000000000", "9999999999")
NINO_PLACEHOLDER = "QQ999999A"
NAME_PLACEHOLDERS = ("Unknown", "NK", ".", "-")
LONGEST_SURNAME = 20
UNSPLIT = str.maketrans({"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ø": "O", "ø": "o", "Æ": "AE", "æ": "ae"})
NEIGHBOURS = dict(zip("aeioumnstrlh", "sroiynmartkj", strict=True))


def without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(UNSPLIT))
    return "".join(char for char in plain if not unicodedata.combining(char))


def typing_slip(text: str, rng: random.Random) -> str:
    """One wrong, lost, doubled or swapped letter, never the first."""
    if len(text) < 3:
        return text
    place = rng.randrange(1, len(text))
    kind = rng.randrange(4)
    if kind == 0:
        return text[:place] + NEIGHBOURS.get(text[place].lower(), "e") + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + text[place] + text[place:]
    return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :] if place > 1 else text


def other_first_name(person: Person, rng: random.Random) -> str:
    """Another spelling, a short form, or a middle name or title typed into the same field."""
    other = spellings().get(person.first)
    if other:
        return rng.choice(other)
    short = nicknames().get(person.first)
    if short and rng.randrange(2):
        return rng.choice(short)
    if rng.randrange(3):
        return f"{person.first} {community(person.community).given(person.sex, 40, rng)}"
    return f"{'Mr' if person.sex == 'M' else 'Ms'} {person.first}"


def apostrophe(text: str, rng: random.Random) -> str:
    """O'Brien as four systems write it."""
    return text.replace("'", rng.choice(("'", "\N{RIGHT SINGLE QUOTATION MARK}", " ", "")))


def half_of(double: str, rng: random.Random) -> str:
    """One half of a double-barrelled surname, or both without the hyphen."""
    halves = double.split("-")
    return rng.choice((halves[0], halves[-1], " ".join(halves)))


def swapped_day_and_month(born: date) -> date:
    """Day and month the other way round, where that is a date; else the same date."""
    return date(born.year, born.day, born.month) if born.day <= 12 else born


def mistyped_date(born: date, rng: random.Random) -> date:
    """A wrong year, month or day by one or ten, always a date that exists."""
    kind = rng.randrange(3)
    if kind == 0:
        return date(born.year - rng.choice((1, 10)), born.month, min(born.day, 28))
    if kind == 1:
        return date(born.year, born.month % 12 + 1, min(born.day, 28))
    return born + timedelta(days=rng.choice((-10, -1, 1, 10)))


def mistyped_digit(number: str, rng: random.Random) -> str:
    """One digit changed, so that a check digit no longer holds. Prefixes that mark the number as fake stay."""
    place = rng.randrange(4, len(number) - 1)
    if not number[place].isdigit():
        return number
    return number[:place] + str((int(number[place]) + rng.randrange(1, 10)) % 10) + number[place + 1 :]


def as_typed_postcode(postcode: str, rng: random.Random) -> str:
    """Lower case or without its space."""
    return postcode.replace(" ", "") if rng.randrange(2) else postcode.lower()
