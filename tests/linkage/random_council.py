"""People with few names, few homes and careless clerks: a population in which every rule of linkage has work to do."""

import random
from datetime import date, timedelta

from tests.linkage.population import Council, nhs_number

PEOPLE = 150
FIRST = ["Ann", "Amelia", "Amelie", "Dan", "Daniel", "Freya", "Freya Julie", "Jack", "Jacob", "Muhammad", "Mohammed"]
LAST = ["Ali", "Ash", "Ash-Birch", "Birch", "Browne", "Brrowne", "Elm", "Jack"]


def some_council(dice: random.Random) -> Council:
    """People by whom keys are ambiguous, numbers contradict each other and merges come undone."""
    council = Council()
    for serial in range(PEOPLE):
        name, born = f"{dice.choice(FIRST)} {dice.choice(LAST)}", date(1990, 1, 1) + timedelta(dice.randrange(8000))
        for add in dice.sample([council.housed, council.child, council.adult, council.pupil, council.housed], 3):
            typed = name if dice.random() < 0.8 else f"{dice.choice(FIRST)} {name.split()[-1]}"
            if dice.random() < 0.1:
                typed = f"{name.split()[0]} {dice.choice(LAST)}"
            seen = born + timedelta(dice.choice((0, 0, 0, 0, 0, 0, 9, 365)))
            number = {"nhs_number": nhs_number(serial + dice.choice((0, 0, 0, 0, 1)))} if dice.random() < 0.3 else {}
            former = {"former_last_name": dice.choice(LAST)} if dice.random() < 0.2 else {}
            place = f"AA1 {dice.randrange(1, 10)}A{dice.choice('AB')}"
            add(typed, None if dice.random() < 0.1 else seen.isoformat(), place, **number, **former)
    return council
