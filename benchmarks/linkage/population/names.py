"""Given names and surnames of naming communities, as frequent as they are in English councils.

The lists are those of the invented council of `hearthlink demo`. Their skew is set here: who bears a common name
together with whom decides how many strangers share a key, and a million people must not share four thousand names.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dagster_project.demo.data_files import table, words

Text = NDArray[np.object_]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

# A smaller number makes the first names of a list stand out more. Muslim South Asian families use few given names.
_GIVEN_FLATNESS = {"south_asian_muslim": 2.0, "somali": 3.0, "arabic": 4.0}
_SURNAME_FLATNESS = {"south_asian_muslim": 3.0, "indian": 2.0, "polish": 8.0}
_PLAIN_GIVEN, _PLAIN_SURNAME = 12.0, 6.0
_WOMENS_SURNAMES = ("Begum", "Bibi", "Khatun", "Akhtar", "Sultana", "Parveen")
_WOMENS_SURNAME_SHARE = 0.22
_ADULT_NAMES_FROM = 30
# The lists' tails are for a small council, where a rare name must be borne by few.
_TAIL = 0.8


@dataclass
class Community:
    """One naming community: draws names for many people at once."""

    name: str
    share: float
    given: dict[tuple[bool, bool], "Skewed"] = field(default_factory=dict)  # (is female, is adult)
    surnames: "Skewed | None" = None
    tail: float = 0.0
    stems: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()

    @property
    def patronymic(self) -> bool:
        """Whether a child bears the father's given name as its surname."""
        return self.surnames is None

    def first_names(self, rng: Generator, female: Flags, ages: Whole) -> Text:
        drawn = np.empty(len(female), dtype=object)
        for (is_female, is_adult), names in self.given.items():
            mask = (female == is_female) & ((ages >= _ADULT_NAMES_FROM) == is_adult)
            drawn[mask] = names.draw(rng, int(mask.sum()))
        return drawn

    def last_names(self, rng: Generator, count: int) -> Text:
        if self.surnames is None:
            return self.given[(False, True)].draw(rng, count)
        drawn = self.surnames.draw(rng, count)
        rare = np.flatnonzero(rng.random(count) < self.tail)
        stems, endings = rng.integers(len(self.stems) or 1, size=rare.size), _early(rng, len(self.endings), rare.size)
        for place, stem, ending in zip(rare, stems, endings, strict=True):
            drawn[place] = self.stems[stem] + self.endings[ending]
        return drawn

    def womens_form(self, rng: Generator, surnames: Text) -> Text:
        """What a woman of a family of that surname is called: Kowalska, Kaur, often Begum."""
        if self.name == "polish":
            return np.array([f"{name[:-1]}a" if name.endswith("ki") else name for name in surnames], dtype=object)
        if self.name == "indian":
            return np.where(surnames == "Singh", "Kaur", surnames).astype(object)
        if self.name == "south_asian_muslim":
            others = np.array(_WOMENS_SURNAMES, dtype=object)[rng.integers(len(_WOMENS_SURNAMES), size=len(surnames))]
            return np.where(rng.random(len(surnames)) < _WOMENS_SURNAME_SHARE, others, surnames).astype(object)
        return surnames


class Skewed:
    """Values whose frequency falls with their place in the list."""

    def __init__(self, values: list[str], flatness: float) -> None:
        self._values = np.array(values, dtype=object)
        weights = 1.0 / (np.arange(1, len(values) + 1) + flatness)
        self._chances = weights / weights.sum()

    def draw(self, rng: Generator, count: int) -> Text:
        return self._values[rng.choice(len(self._values), size=count, p=self._chances)]


def communities() -> list[Community]:
    """All naming communities with their share of households, in the order of the tables."""
    entries = table("names")
    total = sum(int(entry["share"]) for entry in entries.values())
    found = []
    for name, entry in entries.items():
        flatness = _GIVEN_FLATNESS.get(name, _PLAIN_GIVEN)
        community = Community(name, int(entry["share"]) / total, tail=_TAIL * int(entry["tail"]) / 100)
        for is_female, is_adult, key in (
            (False, False, "boys"), (True, False, "girls"), (False, True, "men"), (True, True, "women"),
        ):  # fmt: skip
            community.given[(is_female, is_adult)] = Skewed(words(entry[key]), flatness)
        if entry["surnames"] != "patronymic":
            community.surnames = Skewed(words(entry["surnames"]), _SURNAME_FLATNESS.get(name, _PLAIN_SURNAME))
        if community.tail:
            community.stems, community.endings = tuple(words(entry["stems"])), tuple(words(entry["endings"]))
        found.append(community)
    return found


def other_spellings() -> dict[str, list[str]]:
    """For each given name that systems write in several ways, the other ways."""
    return {name: [o for o in group if o != name] for group in table("variants")["spellings"] for name in group}


def short_forms() -> dict[str, list[str]]:
    return dict(table("variants")["nicknames"])


def twin_pairs(female: bool) -> list[list[str]]:
    """Pairs of given names with one beginning, as twins often bear."""
    return table("variants")["twin_pairs"]["girls" if female else "boys"]


def _early(rng: Generator, count: int, size: int) -> Whole:
    """Places in a list of `count`, early ones more often."""
    return (count * rng.random(size) ** 1.5).astype(np.int64)
