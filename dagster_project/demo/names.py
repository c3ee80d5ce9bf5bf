"""Given names and surnames by naming community, skewed so that some are common and most surnames are rare."""

import random
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from dagster_project.demo.data_files import table, words

ADULT_NAME_AGE = 30
POLISH_WOMEN = {"ski": "ska", "cki": "cka", "dzki": "dzka"}
WOMENS_SURNAMES = ("Begum", "Bibi", "Khatun", "Akhtar", "Sultana", "Parveen")


class Picker:
    """Draws one of several values with whole-number weights (floats may differ in the last bit between machines)."""

    def __init__(self, values: Sequence[str], weights: Sequence[int]) -> None:
        self._values = list(values)
        self._sums = list(accumulate(weights))

    def pick(self, rng: random.Random) -> str:
        return self._values[bisect_right(self._sums, rng.randrange(self._sums[-1]))]


def by_rank(values: Sequence[str], flatness: int) -> Picker:
    """Weights fall with the place in the list; a larger `flatness` makes them more equal."""
    return Picker(values, [100_000 // (place + flatness) for place in range(1, len(values) + 1)])


class Community:
    """One naming community of the tables."""

    def __init__(self, name: str) -> None:
        entry = table("names")[name]
        self.name = name
        self.ethnicity = words(entry["ethnicity"])
        self.patronymic = entry["surnames"] == "patronymic"
        self._given = {
            (group, sex): by_rank(words(entry[key]), 14)
            for group, sex, key in (
                ("young", "M", "boys"), ("young", "F", "girls"), ("adult", "M", "men"), ("adult", "F", "women"),
            )
        }  # fmt: skip
        self._surnames = None if self.patronymic else by_rank(words(entry["surnames"]), 6)
        self._tail = int(entry["tail"])
        self._stems = words(entry["stems"]) if self._tail else []
        self._endings = words(entry["endings"]) if self._tail else []

    def given(self, sex: str, age: int, rng: random.Random) -> str:
        return self._given["adult" if age >= ADULT_NAME_AGE else "young", sex].pick(rng)

    def surname(self, rng: random.Random) -> str:
        """A family's surname in its basic form; see `borne_by` for the form that a woman bears."""
        if self._surnames is None:
            return self.given("M", ADULT_NAME_AGE, rng)
        if self._tail and rng.randrange(100) < self._tail:
            return rng.choice(self._stems) + rng.choice(self._endings)
        return self._surnames.pick(rng)


def borne_by(surname: str, sex: str, community: str, rng: random.Random) -> str:
    """The form of a family surname that a person bears: Kowalski or Kowalska, Singh or Kaur, Khan or Begum."""
    if sex != "F":
        return surname
    if community == "polish":
        for ending, womens in POLISH_WOMEN.items():
            if surname.endswith(ending):
                return surname.removesuffix(ending) + womens
    if community == "indian" and surname == "Singh":
        return "Kaur"
    if community == "south_asian_muslim" and rng.randrange(100) < 22:
        return rng.choice(WOMENS_SURNAMES)
    return surname


@cache
def community(name: str) -> Community:
    return Community(name)


@cache
def community_picker() -> Picker:
    """Draws a community's name with its share of households."""
    shares = {name: int(entry["share"]) for name, entry in table("names").items()}
    return Picker(list(shares), list(shares.values()))


@cache
def spellings() -> dict[str, tuple[str, ...]]:
    """For each given name that is written in several ways, the other ways."""
    groups = [tuple(group) for group in table("variants")["spellings"]]
    return {name: tuple(other for other in group if other != name) for group in groups for name in group}


@cache
def nicknames() -> dict[str, tuple[str, ...]]:
    return {name: tuple(short) for name, short in table("variants")["nicknames"].items()}


def twin_names(sex: str, rng: random.Random) -> tuple[str, str]:
    """Two given names that share their first three letters, as twins often have."""
    first, second = rng.choice(table("variants")["twin_pairs"]["boys" if sex == "M" else "girls"])
    return first, second
