"""Makes sure that each story is lived by someone in temporary accommodation.

From about a thousand people on each has somebody; a smaller council may run out of children for the last stories.
These people are recorded without mistakes: a situation that nobody can see would show nothing.
"""

from collections.abc import Sequence
from datetime import date

from dagster_project.demo.people import Household, Person, Town
from dagster_project.demo.population import school_age
from dagster_project.demo.stories import ASC, ATTENDANCE, CSC, EXCLUSION, NEED, RENT, ROLL, TA_OPEN

DIVIDED = frozenset({"one_left", "placed_apart"})
# Households of these stories keep everybody together inside the council's area.
SETTLED = frozenset(TA_OPEN) - DIVIDED - {"out_of_area", "refuge"}
ATTENDING = ("on_roll", "dual", "moved_school", "flexi", "ehe_ended")
CARE_AWAY = ("care_foster",)


def plan_showcase(town: Town) -> None:
    """Spreads every story over the households that are in temporary accommodation; changes the town in place."""
    in_ta = [household for household in town.households if household.tenure == "ta"]
    _placements(in_ta, town.as_at)
    _rents(in_ta)
    settled = [household for household in in_ta if household.ta_story in SETTLED]
    children = [person for household in settled for person in household.members if _plain_child(person, town.as_at)]
    pupils = [child for child in children if 5 <= school_age(child.born, town.as_at) <= 14]
    adults = [person for household in settled for person in household.members if person.age(town.as_at) >= 18]
    _childrens_care(children)
    _schooling(pupils)
    for person, story in zip(adults, ASC, strict=False):
        person.stories.asc, person.clean, person.restricted = story, True, False
    _restricted(in_ta, town.as_at)


def _plain_child(person: Person, as_at: date) -> bool:
    return 2 <= person.age(as_at) < 18 and not person.twin and not person.namesake


def _suits(story: str, household: Household, as_at: date) -> bool:
    people = household.members
    if story == "baby_joined":
        return any(0 <= person.age(as_at) < 2 for person in people)
    if story in ("one_left", "placed_apart"):
        return len(people) >= 3
    if story in ("refuge", "hostel", "bed_and_breakfast"):
        return household.kind == "lone_parent"
    return True


def _placements(in_ta: Sequence[Household], as_at: date) -> None:
    free = list(in_ta)
    # The pickiest stories choose first; the plain ones come last and take whoever is left.
    for story in sorted(TA_OPEN, key=lambda name: (name in ("open", "chained"), name)):
        chosen = next((one for one in free if _suits(story, one, as_at)), free[0] if free else None)
        if chosen is not None:
            chosen.ta_story = story
            free.remove(chosen)
    for household in free:
        if household.ta_story == "baby_joined" and not _suits("baby_joined", household, as_at):
            household.ta_story = "open"


def _rents(in_ta: Sequence[Household]) -> None:
    stories = iter(RENT)
    for household in in_ta:
        # A refuge keeps its own accounts.
        if household.ta_story == "refuge":
            household.landlord = household.rent_story = ""
            continue
        story = next(stories, None)
        if story is not None:
            household.landlord, household.rent_story = "fakeshire_homes", story


def _childrens_care(children: Sequence[Person]) -> None:
    wanted = [story for story in CSC if story not in CARE_AWAY]
    for child, story in zip(children, wanted, strict=False):
        child.stories.csc, child.clean, child.restricted = story, True, False


def _schooling(pupils: Sequence[Person]) -> None:
    for place, pupil in enumerate(pupils[: 2 * len(ROLL)]):
        pupil.stories.roll = list(ROLL)[place] if place < len(ROLL) else "on_roll"
        pupil.stories.need = pupil.stories.exclusion = "none"
        pupil.stories.attendance = "usual"
        pupil.clean = True
    attending = [pupil for pupil in pupils[: 2 * len(ROLL)] if pupil.stories.roll in ATTENDING]

    for shift, (axis, weights) in enumerate((("need", NEED), ("exclusion", EXCLUSION), ("attendance", ATTENDANCE))):
        # Backwards, so that where pupils are few the first stories stay.
        for place, story in reversed(list(enumerate(weights))):
            if attending:
                setattr(attending[(place + shift) % len(attending)].stories, axis, story)


def _restricted(in_ta: Sequence[Household], as_at: date) -> None:
    """One child and one adult in temporary accommodation whose records their own services keep closed."""
    together = [household for household in reversed(in_ta) if household.ta_story not in DIVIDED]
    everyone = [person for household in together for person in household.members]
    people = sorted(everyone, key=lambda person: person.clean)
    for young, attribute in ((True, "csc"), (False, "asc")):
        for person in people:
            if 0 <= person.age(as_at) < 18 if young else person.age(as_at) >= 18:
                if not getattr(person.stories, attribute):
                    setattr(person.stories, attribute, "referral_open" if young else "service_open")
                person.restricted = True
                break
