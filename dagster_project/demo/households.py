"""Builds one household: who lives together, how old they are and what they are called."""

import random
from datetime import date, timedelta

from dagster_project.demo.names import (
    Community,
    Picker,
    borne_by,
    community,
    community_picker,
    nicknames,
    spellings,
    twin_names,
)
from dagster_project.demo.people import Household, Person
from dagster_project.demo.places import Gazetteer

KINDS = {
    "single": 165,
    "pensioner": 130,
    "couple": 195,
    "older_couple": 115,
    "couple_children": 205,
    "lone_parent": 75,
    "three_generations": 25,
    "sharers": 30,
    "adult_child": 60,
}
CHILDREN = [1] * 38 + [2] * 41 + [3] * 14 + [4] * 5 + [5] * 2
# Multiple maternities per ten thousand: 1.46 % make about 2.9 % of children twins (ONS birth statistics, 2022).
TWIN_MATERNITIES = 146
DAYS_PER_YEAR = 365.25
SHORT_SPACING = 13
ARRIVAL_DAY_IN_HUNDRED = 22


class Builder:
    """Makes households one by one from one stream of random numbers."""

    def __init__(self, rng: random.Random, gazetteer: Gazetteer, as_at: date) -> None:
        self._rng = rng
        self._gazetteer = gazetteer
        self._as_at = as_at
        self._kinds = Picker(list(KINDS), list(KINDS.values()))
        self._people = 0
        self._households = 0

    def build(self) -> Household:
        rng = self._rng
        kind = self._kinds.pick(rng)
        people = community(community_picker().pick(rng))
        members = self._members(kind, people)
        self._households += 1
        previous = self._gazetteer.home() if rng.randrange(100) < 13 else None
        return Household(self._households, kind, people.name, members, self._gazetteer.home(), previous)

    def birth_date(self, youngest: int, oldest: int) -> date:
        """A birth date that makes someone between `youngest` and `oldest` years old (both included)."""
        days = self._rng.randrange(int(youngest * DAYS_PER_YEAR) + 1, int((oldest + 1) * DAYS_PER_YEAR))
        return self._as_at - timedelta(days=days)

    def person(self, people: Community, surname: str, sex: str, born: date, relationship: str) -> Person:
        rng = self._rng
        age = self._as_at.year - born.year
        self._people += 1
        made = Person(
            number=self._people,
            community=people.name,
            first=people.given(sex, age, rng),
            last=borne_by(surname, sex, people.name, rng),
            sex=sex,
            born=self._as_recorded_on_arrival(people.name, born, age),
            relationship=relationship,
            ethnicity=rng.choice(people.ethnicity),
            gender=sex if rng.randrange(1000) else "X",
        )
        made.preferred_first = self._preferred(made, people, age)
        return made

    def _as_recorded_on_arrival(self, name: str, born: date, age: int) -> date:
        # People who came without papers were often given 1 January; that is then their date in every system.
        arrived = name in ("somali", "arabic") and age > 18
        return date(born.year, 1, 1) if arrived and self._rng.randrange(100) < ARRIVAL_DAY_IN_HUNDRED else born

    def _preferred(self, made: Person, people: Community, age: int) -> str:
        if made.first in nicknames() and self._rng.randrange(100) < 15:
            return self._rng.choice(nicknames()[made.first])
        if people.name == "chinese_vietnamese" and self._rng.randrange(100) < 25:
            return community("english").given(made.sex, age, self._rng)
        return ""

    def _members(self, kind: str, people: Community) -> list[Person]:
        rng = self._rng
        surname = people.surname(rng)
        if kind == "single":
            return [self.person(people, surname, rng.choice("MF"), self.birth_date(18, 64), "applicant")]
        if kind == "pensioner":
            sex = "F" if rng.randrange(3) else "M"
            return [self.person(people, surname, sex, self.birth_date(65, 97), "applicant")]
        if kind == "couple":
            return self._couple(people, surname, 20, 64)
        if kind == "older_couple":
            return self._couple(people, surname, 65, 92)
        if kind == "sharers":
            return [self._sharer(place) for place in range(rng.randint(3, 5))]
        if kind == "adult_child":
            parents = self._couple(people, surname, 46, 66)[: rng.randint(1, 2)]
            grown = self.person(people, surname, rng.choice("MF"), self.birth_date(18, 28), "adult_child")
            return [*parents, grown]
        parents = self._couple(people, surname, 20, 52)
        children = self._children(people, parents, surname)
        if kind == "lone_parent":
            parents = parents[-1:] if rng.randrange(10) else parents[:1]
            parents[0].relationship = "applicant"
        if kind == "three_generations":
            elder = self.person(people, surname, rng.choice("MF"), self.birth_date(66, 90), "grandparent")
            return [*parents, *children, elder]
        return [*parents, *children]

    def _sharer(self, place: int) -> Person:
        people = community(community_picker().pick(self._rng))
        relationship = "other" if place else "applicant"
        born = self.birth_date(19, 38)
        return self.person(people, people.surname(self._rng), self._rng.choice("MF"), born, relationship)

    def _couple(self, people: Community, surname: str, youngest: int, oldest: int) -> list[Person]:
        """Man first, woman second; about a third keep two surnames in one home."""
        rng = self._rng
        hers = self.birth_date(youngest, oldest)
        his = hers - timedelta(days=rng.randrange(-1400, 2600))
        man = self.person(people, surname, "M", min(his, self._as_at - timedelta(days=6700)), "applicant")
        woman = self.person(people, people.surname(rng), "F", hers, "partner")
        if not people.patronymic and rng.randrange(100) < 66:
            if rng.randrange(100) < 55:
                woman.former_last = woman.last
            woman.last = borne_by(surname, "F", people.name, rng)
        return [man, woman]

    def _childrens_surname(self, people: Community, parents: list[Person], surname: str) -> str:
        if people.patronymic:
            return parents[0].first
        father, mother = parents
        if father.last == mother.last or people.name in ("polish", "south_asian_muslim"):
            return surname
        draw = self._rng.randrange(100)
        if draw < 15 and people.name in ("english", "caribbean", "irish"):
            return f"{mother.last}-{surname}"
        return mother.last if draw < 50 else surname

    def _children(self, people: Community, parents: list[Person], surname: str) -> list[Person]:
        rng = self._rng
        father, mother = parents
        family_name = self._childrens_surname(people, parents, surname)
        oldest_possible = max(1, min(17, mother.age(self._as_at) - 17))
        born = self.birth_date(0, oldest_possible)
        children: list[Person] = []
        wanted = rng.choice(CHILDREN)
        while len(children) < wanted and born < self._as_at - timedelta(days=14):
            sex = "M" if rng.randrange(1000) < 512 else "F"
            children.append(self.person(people, family_name, sex, born, "child"))
            if rng.randrange(10_000) < TWIN_MATERNITIES:
                children.append(self._twin_of(people, children[-1], family_name))
            born += timedelta(days=rng.randrange(SHORT_SPACING * 30, 1700))
        self._namesakes(father, children)
        return self._distinct_names(people, children)

    def _twin_of(self, people: Community, first: Person, surname: str) -> Person:
        sex = first.sex if self._rng.randrange(3) else self._rng.choice("MF")
        second = self.person(people, surname, sex, first.born, "child")
        second.born, second.last = first.born, first.last if sex == first.sex else second.last
        first.twin = second.twin = True
        if sex == first.sex and self._rng.randrange(4) == 0:
            first.first, second.first = twin_names(sex, self._rng)
        return second

    def _namesakes(self, father: Person, children: list[Person]) -> None:
        son = next((child for child in children if child.sex == "M" and not child.twin), None)
        if son is not None and self._rng.randrange(100) < 3:
            son.first, son.namesake, father.namesake = father.first, True, True

    def _distinct_names(self, people: Community, children: list[Person]) -> list[Person]:
        # Brothers may be Mohammed and Mohamed, but no two children of a home are written exactly alike.
        taken: set[str] = set()
        for child in children:
            for _ in range(40):
                if child.first not in taken:
                    break
                other = spellings().get(child.first, ())
                child.first = self._rng.choice(other) if other else people.given(child.sex, 5, self._rng)
            taken.add(child.first)
        return children
