"""Moves households into their temporary homes before any system writes an address down."""

import random

from dagster_project.demo.data_files import table, words
from dagster_project.demo.people import Address, Household, Town
from dagster_project.demo.places import Gazetteer, Hostel
from dagster_project.demo.stories import TA_OPEN

FAMILIES_PER_HOSTEL = 40
SELF_CONTAINED = ("nightly_paid_sc",) * 5 + ("private_sector_leased",) * 6 + ("la_ha_stock",) * 5 + ("other",)


class Lodgings:
    """Finds a place for each household of the homelessness system."""

    def __init__(self, rng: random.Random, gazetteer: Gazetteer) -> None:
        self._rng = rng
        self._gazetteer = gazetteer
        self._names = words(table("places")["hostels"])
        self._houses: dict[str, Hostel] = {}
        self._rooms: dict[str, int] = {}

    def move_in(self, town: Town) -> None:
        """Sets home, earlier home and type of accommodation of everyone with a homelessness case."""
        for household in town.households:
            if household.ta_story in TA_OPEN:
                household.ta_type, place = self._place(household)
                household.previous, household.home = household.home, place
            elif household.ta_story:
                household.ta_type = self._rng.choice(SELF_CONTAINED)
                household.previous = self._gazetteer.home()

    def _place(self, household: Household) -> tuple[str, Address]:
        story = household.ta_story
        if story == "out_of_area":
            return "nightly_paid_sc", self._gazetteer.home(local=False)
        if story in ("hostel", "refuge"):
            return "hostel", self._room("hostel" if story == "hostel" else "refuge")
        if story == "bed_and_breakfast":
            return "bed_and_breakfast", self._room(story)
        return self._rng.choice(SELF_CONTAINED), self._gazetteer.home()

    def _room(self, kind: str) -> Address:
        """A room in a house that fills up; then the next house opens."""
        taken = self._rooms.get(kind, 0)
        if taken % FAMILIES_PER_HOSTEL == 0:
            self._houses[kind] = self._gazetteer.hostel(self._rng.choice(self._names))
        self._rooms[kind] = taken + 1
        return self._houses[kind].room()
