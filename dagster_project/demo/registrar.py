"""Gives true identifiers and system ids to everyone whom at least one system knows."""

import random

from dagster_project.demo.identifiers import RecordIds, Registry, pupil_number
from dagster_project.demo.people import Household, Person, Town
from dagster_project.demo.population import school_age
from dagster_project.demo.schools import Schools

NINO_AGE = 16
ULN_AGE = 14


class Registrar:
    """Issues NHS, pupil, learner and National Insurance numbers, and the case systems' own ids."""

    def __init__(self, rng: random.Random, schools: Schools) -> None:
        self._rng = rng
        self._schools = schools
        self._registry = Registry(rng)
        self._csc, self._asc, self._edu = (RecordIds(prefix, rng) for prefix in ("LC", "AS", "ED"))

    def register(self, town: Town) -> None:
        for household in town.households:
            housed = household.tenure != "private"
            for person in household.members:
                stories = person.stories
                if housed or stories.csc or stories.asc or stories.roll:
                    self._person(person, household, town)
        for _, child in town.unborn:
            child.csc_id = self._csc.take()

    def _person(self, person: Person, household: Household, town: Town) -> None:
        age = person.age(town.as_at)
        person.nhs = self._registry.nhs_number()
        if age >= NINO_AGE and self._rng.randrange(100) < 97:
            person.nino = self._registry.national_insurance_number()
        stories = person.stories
        if stories.csc:
            person.csc_id = self._csc.take()
        if stories.asc:
            person.asc_id = self._asc.take()
        if stories.roll:
            person.edu_id = self._edu.take()
        year = school_age(person.born, town.as_at)
        # Some children whom only social care knows went to school elsewhere and have a pupil number all the same.
        if stories.roll or (stories.csc and 4 <= year <= 17 and self._rng.randrange(100) < 50):
            self._pupil(person, household, year, town)
        if stories.roll and age >= ULN_AGE:
            person.uln = self._registry.learner_number()

    def _pupil(self, person: Person, household: Household, year: int, town: Town) -> None:
        first_year = town.as_at.year - (town.as_at.month < 9) - max(0, year - 4)
        school = self._schools.primary(household)
        draw = self._rng.randrange(1000)
        if draw < 20 and not person.clean:
            # The school could not find the old number and made a temporary one, which was later replaced.
            person.former_upn = pupil_number(school.number, first_year, self._rng.randrange(100), temporary=True)
        if draw >= 985 and not person.clean:
            person.upn = pupil_number(school.number, first_year, self._rng.randrange(100), temporary=True)
        elif stories_need_number(person):
            person.upn = self._registry.pupil_number(school.number, first_year)


def stories_need_number(person: Person) -> bool:
    """Children who never went to a maintained school have no pupil number."""
    return person.stories.roll != "ehe_never"
