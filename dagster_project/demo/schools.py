"""Invented schools: who goes where, and the rows of the national register that describe them."""

import random
from dataclasses import dataclass
from datetime import date

from dagster_project.demo.data_files import table, words
from dagster_project.demo.identifiers import AUTHORITY
from dagster_project.demo.people import Household
from dagster_project.demo.places import Gazetteer

FIRST_URN = 999_901
# Only URNs 999901 to 999999 are ours, so a very large council has larger schools rather than more of them.
MOST_PRIMARIES, MOST_SECONDARIES = 54, 24
SPECIAL_SCHOOLS = 3


@dataclass(frozen=True)
class School:
    """One life of a school; a school that became an academy has two, with one establishment number."""

    urn: int
    number: str
    name: str
    phase: str
    kind: str
    street: str
    town: str
    postcode: str
    opened: date
    closed: date | None

    @property
    def laestab(self) -> str:
        return AUTHORITY + self.number


class Schools:
    """The council's schools; a household's children go to one primary and one secondary school."""

    def __init__(self, rng: random.Random, people: int, as_at: date, gazetteer: Gazetteer) -> None:
        self._rng, self._gazetteer, self._as_at = rng, gazetteer, as_at
        self._urn = FIRST_URN
        primaries = max(5, min(MOST_PRIMARIES, people // 2200))
        secondaries = max(2, min(MOST_SECONDARIES, people // 11_000))
        places = table("places")
        self.primaries = self._open(primaries, 2001, words(places["primary_schools"]), "Primary")
        self.secondaries = self._open(secondaries, 4001, words(places["secondary_schools"]), "Secondary")
        self.specials = self._open(SPECIAL_SCHOOLS, 7001, ["Lantern", "Harbour", "Oak House"], "Not applicable")
        self.closed = [self._ancestor(school) for school in self.primaries[1:5]] + [self._gone()]

    @property
    def everything(self) -> list[School]:
        """Every row of the register, by URN."""
        return sorted(self.primaries + self.secondaries + self.specials + self.closed, key=lambda school: school.urn)

    def primary(self, household: Household) -> School:
        return self.primaries[household.number * 7919 % len(self.primaries)]

    def secondary(self, household: Household) -> School:
        return self.secondaries[household.number * 6101 % len(self.secondaries)]

    def other(self, school: School) -> School:
        """Another school of the same phase."""
        peers = self.primaries if school in self.primaries else self.secondaries
        return peers[(peers.index(school) + 1) % len(peers)]

    def _next_urn(self) -> int:
        self._urn += 1
        return self._urn - 1

    def _open(self, count: int, first_number: int, names: list[str], phase: str) -> list[School]:
        title = {"Primary": "Primary School", "Secondary": "School", "Not applicable": "Special School"}[phase]
        made = []
        for place in range(count):
            name = names[place % len(names)] if place < len(names) else f"{names[place % len(names)]} North"
            saint = " Catholic" if name.startswith("St ") else ""
            opened = date(1960 + self._rng.randrange(50), 9, 1)
            number = str(first_number + place)
            made.append(self._school(number, f"{name}{saint} {title}", phase, opened))
        return made

    def _school(self, number: str, name: str, phase: str, opened: date, closed: date | None = None) -> School:
        kind = "Voluntary controlled school" if opened.year < 1960 else "Community school"
        home = self._gazetteer.home()
        street = home.line_2 or home.line_1
        return School(self._next_urn(), number, name, phase, kind, street, home.town, home.postcode, opened, closed)

    def _ancestor(self, school: School) -> School:
        # An academy keeps the number of the school that it replaced; joins on the number alone then find two rows.
        closed = date(self._as_at.year - 3, 8, 31)
        return self._school(school.number, school.name, school.phase, date(1955, 9, 1), closed)

    def _gone(self) -> School:
        closed = date(self._as_at.year - 2, 8, 31)
        return self._school("2900", "Façade Row Infant School", "Primary", date(1971, 9, 1), closed)
