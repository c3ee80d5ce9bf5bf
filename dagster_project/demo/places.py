"""Invented addresses. About fifteen homes share a postcode, as in life; a hostel has one for all its families."""

import random

from dagster_project.demo.data_files import table, words
from dagster_project.demo.errors import DemoError
from dagster_project.demo.identifiers import INWARD_LETTERS
from dagster_project.demo.people import Address

HOMES_PER_POSTCODE = 15
LOCAL_DISTRICTS = 90


class Gazetteer:
    """Makes addresses; districts AA1 to AA90 are the council's own, AA91 to AA99 lie outside it."""

    def __init__(self, rng: random.Random, homes: int) -> None:
        places = table("places")
        self._rng = rng
        self._towns = words(places["towns"])
        self._elsewhere = words(places["elsewhere"])
        self._firsts = words(places["first_words"])
        self._seconds = words(places["second_words"])
        self._used: set[str] = set()
        self._uprn = 0
        self._streets = [self._street(local=True) for _ in range(homes // HOMES_PER_POSTCODE + 1)]
        self._far = [self._street(local=False) for _ in range(homes // 400 + 5)]
        self._numbers: dict[str, int] = {}

    def postcode(self, local: bool = True) -> str:
        """A postcode not given before. Raises DemoError when the area is full."""
        for _ in range(1000):
            district = self._rng.randint(1, LOCAL_DISTRICTS) if local else self._rng.randint(LOCAL_DISTRICTS + 1, 99)
            inward = f"{self._rng.randrange(10)}{self._rng.choice(INWARD_LETTERS)}{self._rng.choice(INWARD_LETTERS)}"
            postcode = f"AA{district} {inward}"
            if postcode not in self._used:
                self._used.add(postcode)
                return postcode
        raise DemoError("no free postcode is left in area AA; ask for fewer people")

    def _street(self, local: bool) -> tuple[str, str, str]:
        name = f"{self._rng.choice(self._firsts)} {self._rng.choice(self._seconds)}"
        town = self._rng.choice(self._towns if local else self._elsewhere)
        return name, town, self.postcode(local)

    def _next_uprn(self) -> str:
        self._uprn += 1
        return f"9999{self._uprn:08d}"

    def home(self, local: bool = True) -> Address:
        """A new home; one in eight is a flat with its own line."""
        name, town, postcode = self._rng.choice(self._streets if local else self._far)
        number = self._numbers.get(postcode, 0) + 1
        self._numbers[postcode] = number
        if self._rng.randrange(8) == 0:
            return Address(f"Flat {number}", f"{number // 12 + 1} {name}", town, postcode, self._next_uprn())
        return Address(f"{number} {name}", "", town, postcode, self._next_uprn())

    def hostel(self, name: str) -> "Hostel":
        street, town, postcode = self._street(local=True)
        return Hostel(name, f"{self._rng.randint(1, 90)} {street}", town, postcode, self._next_uprn())


class Hostel:
    """A house of many rooms at one postcode; each room bears the parent property number, as often in real records."""

    def __init__(self, name: str, street: str, town: str, postcode: str, uprn: str) -> None:
        self._name, self._street, self._town, self._postcode, self._uprn = name, street, town, postcode, uprn
        self._room = 0

    def room(self) -> Address:
        self._room += 1
        return Address(f"Room {self._room}, {self._name}", self._street, self._town, self._postcode, self._uprn)
