"""People who share a common name and a birth date with somebody whom they never met.

Chance alone makes about one such pair among 100,000 people here; real towns have more, because names run in
communities. The pairs made here put one of the two in temporary accommodation, where a wrong link would be seen.
"""

import random
from collections import defaultdict

from dagster_project.demo.people import Person, Town

PEOPLE_PER_PAIR = 25_000
AGE_BAND = 5


def make_strangers(town: Town, people: int, rng: random.Random) -> None:
    """Gives people known to other services the name and birth date of someone in temporary accommodation."""
    known: dict[tuple[str, str, int], list[Person]] = defaultdict(list)
    in_ta: list[Person] = []
    for household in town.households:
        for person in household.members:
            if person.clean or person.twin or person.namesake:
                continue
            stories = person.stories
            if household.tenure == "ta":
                in_ta.append(person)
            elif household.tenure == "private" and (stories.csc or stories.asc or stories.roll):
                known[_alike(person, town)].append(person)
    rng.shuffle(in_ta)
    wanted = max(1, people // PEOPLE_PER_PAIR)
    for person in in_ta:
        others = known[_alike(person, town)]
        if wanted and others:
            other = others.pop(rng.randrange(len(others)))
            other.first, other.last, other.born = person.first, person.last, person.born
            wanted -= 1


def _alike(person: Person, town: Town) -> tuple[str, str, int]:
    return person.community, person.sex, person.age(town.as_at) // AGE_BAND
