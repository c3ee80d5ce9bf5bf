"""Decides who lives where and which systems know whom."""

import random
from collections.abc import Iterable
from datetime import date, timedelta

from dagster_project.demo.households import Builder
from dagster_project.demo.names import community
from dagster_project.demo.people import Household, Person, Town
from dagster_project.demo.places import Gazetteer
from dagster_project.demo.randomness import stream
from dagster_project.demo.stories import (
    ASC,
    ATTENDANCE,
    CSC,
    CSC_GROWN_UP,
    EXCLUSION,
    NEED,
    RENT,
    ROLL,
    TA_NOT_OPEN,
    TA_OPEN,
    StoryTeller,
)

FEWEST_PEOPLE = 200
FEWEST_IN_TA = 66
FEWEST_PUPILS_IN_TA = 36
# Shares per ten thousand people.
IN_TA = 250
ONCE_IN_TA = 130
SOCIAL_TENANTS = 760
FORMER_TENANTS = 60
UNBORN = 16
TA_WEIGHT = {
    "lone_parent": 60,
    "couple_children": 8,
    "three_generations": 12,
    "single": 14,
    "couple": 3,
    "pensioner": 2,
    "adult_child": 5,
    "older_couple": 1,
    "sharers": 1,
}
SOCIAL_WEIGHT = {
    "lone_parent": 30,
    "couple_children": 10,
    "three_generations": 10,
    "single": 15,
    "couple": 6,
    "pensioner": 16,
    "adult_child": 9,
    "older_couple": 9,
    "sharers": 1,
}
OVER_REPRESENTED_BY = 16
OVER_REPRESENTED = ("nigerian", "somali", "arabic", "caribbean", "south_asian_muslim", "romanian")


def school_age(born: date, as_at: date) -> int:
    """Age on the 31 August before the current school year: 4 is the reception year, 15 the last compulsory one."""
    start = as_at.year if as_at.month >= 9 else as_at.year - 1
    return start - born.year - ((born.month, born.day) > (8, 31))


def build_town(people: int, seed: int, as_at: date, gazetteer: Gazetteer) -> Town:
    """Everybody, with tenures and stories; at least FEWEST_PEOPLE must be asked for."""
    builder = Builder(stream(seed, "households"), gazetteer, as_at)
    households: list[Household] = []
    count = 0
    while count < people:
        households.append(builder.build())
        count += len(households[-1].members)
    _settle(households, people, as_at, stream(seed, "tenure"))
    town = Town(as_at, households, [])
    _expect_children(town, people, builder, stream(seed, "unborn"))
    _tell_stories(town, stream(seed, "stories"))
    return town


def _drawn(households: Iterable[Household], weights: dict[str, int], rng: random.Random) -> list[Household]:
    """All households in a random order in which the first stand there in proportion to their weights."""
    drawn, passed = [], []
    most = max(weights.values()) * OVER_REPRESENTED_BY
    for household in households:
        weight = weights[household.kind] * (OVER_REPRESENTED_BY if household.community in OVER_REPRESENTED else 10)
        (drawn if rng.randrange(most) < weight else passed).append(household)
    rng.shuffle(drawn)
    rng.shuffle(passed)
    return drawn + passed


def _families_first(queue: list[Household], as_at: date) -> None:
    """Moves to the front as many families as it takes to show every situation of a pupil."""
    count, front, rest = 0, [], []
    for household in queue:
        pupils = sum(5 <= person.age(as_at) <= 14 for person in household.members)
        (front if pupils and count < FEWEST_PUPILS_IN_TA else rest).append(household)
        count += pupils
    queue[:] = front + rest


def _take(queue: list[Household], people: int) -> list[Household]:
    """The first households of a queue that hold together at least so many people; they leave the queue."""
    count = taken = 0
    while count < people and taken < len(queue):
        count += len(queue[taken].members)
        taken += 1
    chosen, queue[:] = queue[:taken], queue[taken:]
    return chosen


def _settle(households: list[Household], people: int, as_at: date, rng: random.Random) -> None:
    teller = StoryTeller(rng)
    queue = _drawn(households, TA_WEIGHT, rng)
    _families_first(queue, as_at)
    for household in _take(queue, max(FEWEST_IN_TA, people * IN_TA // 10_000)):
        household.tenure, household.ta_story = "ta", teller.draw(TA_OPEN)
        if rng.randrange(100) < 80:
            household.landlord, household.rent_story = "fakeshire_homes", teller.draw(RENT)
    each_once = iter(TA_NOT_OPEN)
    for household in _take(queue, max(16, people * ONCE_IN_TA // 10_000)):
        household.tenure, household.ta_story = "once_ta", next(each_once, "") or teller.draw(TA_NOT_OPEN)
    queue = _drawn(queue, SOCIAL_WEIGHT, rng)
    for household in _take(queue, people * SOCIAL_TENANTS // 10_000):
        household.tenure, household.rent_story = "social", teller.draw(RENT)
        household.landlord = _landlord(rng)
    for household in _take(queue, people * FORMER_TENANTS // 10_000):
        household.tenure, household.rent_story, household.landlord = "former", "former", _landlord(rng)


def _landlord(rng: random.Random) -> str:
    return "northbank_ha" if rng.randrange(100) < 28 else "fakeshire_homes"


def _expect_children(town: Town, people: int, builder: Builder, rng: random.Random) -> None:
    in_ta = [household for household in town.households if household.tenure == "ta"]
    wanted = max(2, people * UNBORN // 10_000)
    for household in [*in_ta[:wanted:2], *rng.sample(town.households, min(wanted * 8, len(town.households)))]:
        mother = next((one for one in household.members if one.sex == "F" and 16 <= one.age(town.as_at) <= 43), None)
        if mother is None or len(town.unborn) >= wanted:
            continue
        due = town.as_at + timedelta(days=rng.randrange(3, 190))
        child = builder.person(community(mother.community), mother.last, rng.choice("MF"), due, "unborn")
        child.expected, child.last = True, mother.last
        town.unborn.append((household, child))


def _tell_stories(town: Town, rng: random.Random) -> None:
    teller = StoryTeller(rng)
    for household in town.households:
        in_ta = household.tenure in ("ta", "once_ta")
        for person in household.members:
            age = person.age(town.as_at)
            if age < 25:
                _young(person, age, household, in_ta, town.as_at, rng, teller)
            if age >= 18:
                known = 110 if in_ta else 68 if age >= 65 else 9
                if rng.randrange(1000) < known:
                    person.stories.asc = teller.draw(ASC)
            if person.stories.csc or person.stories.asc:
                person.restricted = rng.randrange(1000) < 6
    for _, child in town.unborn:
        child.stories.csc = "referral_open"


def _young(
    person: Person, age: int, household: Household, in_ta: bool, as_at: date, rng: random.Random, teller: StoryTeller
) -> None:
    known = 560 if in_ta else 420 if household.tenure == "social" else 290
    if rng.randrange(1000) < (known if age < 18 else known * 3 // 4):
        person.stories.csc = teller.draw(CSC if age < 18 else CSC_GROWN_UP)
    year = school_age(person.born, as_at)
    if household.ta_story == "out_of_area" and rng.randrange(100) < 45:
        return
    chance = 915 if 4 <= year <= 15 else 430 if 16 <= year <= 17 else 90 if 18 <= year <= 19 else 0
    if rng.randrange(1000) < chance:
        stories = person.stories
        stories.roll = teller.draw(ROLL) if year <= 15 else "on_roll" if year <= 17 else "left"
        stories.need = teller.draw(NEED)
        stories.exclusion = teller.draw(EXCLUSION)
        stories.attendance = teller.draw(ATTENDANCE)
