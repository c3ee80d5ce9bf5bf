"""Who lives in the council: households with parents, children, twins, namesakes, and where they live and lived."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.linkage.population.names import Community, Flags, Text, Whole, communities, twin_pairs

AS_AT = date(2026, 9, 1)
_TODAY = np.datetime64(AS_AT, "D")
_YEAR = 365.25

# single, couple, couple with children, lone parent, parents with grown-up children, people who share a house
_KINDS = np.array([0.29, 0.26, 0.21, 0.11, 0.08, 0.05])
SINGLE, COUPLE, FAMILY, LONE_PARENT, GROWN_UP, SHARED = range(6)
_CHILDREN = ([1, 2, 3, 4, 5, 6], [0.38, 0.39, 0.15, 0.05, 0.02, 0.01])
_TWIN_SHARE = 0.016
_TWINS_ALIKE_SHARE = 0.25
_NAMED_AFTER_FATHER = 0.055
_OWN_SURNAME_SHARE = 0.25
_STEP_FAMILY_SHARE = 0.06
_NEW_YEAR_SHARE = {"somali": 0.10, "arabic": 0.06, "south_asian_muslim": 0.03}
_PEOPLE_PER_POSTCODE = 38
HEAD, PARTNER, CHILD, LODGER = range(4)


@dataclass
class People:
    """One entry per person in each array, household by household, head first."""

    household: Whole
    kind: Whole
    role: Whole
    community: Whole
    female: Flags
    born: NDArray[np.datetime64]
    first: Text
    last: Text
    postcode: Whole
    former_postcode: Whole
    father: Whole  # place of the father, -1 where none lives with the person

    def __len__(self) -> int:
        return len(self.household)

    @property
    def age(self) -> Whole:
        return ((_TODAY - self.born).astype(np.int64) / _YEAR).astype(np.int64)


def settle(rng: Generator, count: int) -> People:
    """`count` people in households."""
    kind = rng.choice(6, size=count, p=_KINDS)
    adults = np.select([kind == SHARED, np.isin(kind, (SINGLE, LONE_PARENT))], [rng.integers(3, 6, size=count), 1], 2)
    children = np.where(np.isin(kind, (FAMILY, LONE_PARENT)), rng.choice(_CHILDREN[0], size=count, p=_CHILDREN[1]), 0)
    children = np.where(kind == GROWN_UP, rng.integers(1, 3, size=count), children)
    size = adults + children
    homes = int(np.searchsorted(size.cumsum(), count)) + 1
    household = np.repeat(np.arange(homes), size[:homes])[:count]
    start = np.repeat(size[:homes].cumsum() - size[:homes], size[:homes])[:count]
    seat = np.arange(count) - start
    kind = kind[household]
    is_child = seat >= adults[household]
    role = np.select([is_child, seat == 0, kind == SHARED], [CHILD, HEAD, LODGER], PARTNER)
    mix = communities()
    community = rng.choice(len(mix), size=homes, p=[c.share for c in mix])[household]
    lodgers = role == LODGER
    community[lodgers] = rng.choice(len(mix), size=int(lodgers.sum()), p=[c.share for c in mix])
    born = _births(rng, kind, role, start)
    female = _sexes(rng, kind, role, start)
    father = np.where(is_child & np.isin(kind, (FAMILY, GROWN_UP)), start + 1, -1)
    postcodes = max(homes * 2 // _PEOPLE_PER_POSTCODE, 20)
    people = People(
        household, kind, role, community, female, born, _empty(count), _empty(count),
        rng.integers(postcodes, size=homes)[household], rng.integers(postcodes, size=homes)[household], father,
    )  # fmt: skip
    for place, one in enumerate(mix):
        _name(rng, people, one, np.flatnonzero(community == place), start)
    _patronymics(people, mix)
    return people


def _births(rng: Generator, kind: Whole, role: Whole, start: Whole) -> NDArray[np.datetime64]:
    """Birth dates: children in steps of a year and more, some twins; parents a generation before their eldest."""
    count = len(kind)
    age = np.where(rng.random(count) < 0.28, rng.uniform(65, 93, count), rng.uniform(20, 65, count)) * _YEAR
    age[kind == SHARED] = rng.uniform(18, 45, int((kind == SHARED).sum())) * _YEAR
    child = np.flatnonzero(role == CHILD)
    # going backwards through the seats, each child is older than the one seated after it
    gaps = rng.uniform(330, 1500, count)
    gaps[rng.random(count) < _TWIN_SHARE] = 0
    youngest = np.where(kind == GROWN_UP, rng.uniform(19, 32, count), rng.uniform(0, 17, count)) * _YEAR
    for place in child[::-1]:
        is_last = place + 1 == count or role[place + 1] != CHILD
        age[place] = youngest[place] if is_last else age[place + 1] + gaps[place]
    eldest = child[role[child - 1] != CHILD] if child.size else child
    head = start[eldest]
    age[head] = age[eldest] + np.clip(rng.normal(28, 5.5, eldest.size), 16, 44) * _YEAR
    partner = np.flatnonzero(role == PARTNER)
    age[partner] = np.maximum(age[start[partner]] + rng.normal(1.5, 4, partner.size) * _YEAR, 18 * _YEAR)
    return _TODAY - np.maximum(age, 1).astype("timedelta64[D]")


def _sexes(rng: Generator, kind: Whole, role: Whole, start: Whole) -> Flags:
    female = rng.random(len(kind)) < 0.51
    mother = (role == HEAD) & np.isin(kind, (FAMILY, GROWN_UP, COUPLE))
    female[mother] = True
    female[(role == HEAD) & (kind == LONE_PARENT)] = (
        rng.random(int(((role == HEAD) & (kind == LONE_PARENT)).sum())) < 0.88
    )
    partner = np.flatnonzero(role == PARTNER)
    female[partner] = ~female[start[partner]]
    return female


def _name(rng: Generator, people: People, community: Community, members: Whole, start: Whole) -> None:
    """Given names and surnames of one community's members (places in ascending order)."""
    age, female = people.age, people.female
    people.first[members] = community.first_names(rng, female[members], age[members])
    _tell_siblings_apart(rng, people, community, members)
    is_late_born = np.zeros(len(people), dtype=bool)
    is_late_born[1:] = (people.born[1:] == people.born[:-1]) & (people.role[1:] == CHILD) & (people.role[:-1] == CHILD)
    twins = members[is_late_born[members]]
    for twin in twins[rng.random(twins.size) < _TWINS_ALIKE_SHARE]:
        pairs = twin_pairs(bool(female[twin]))
        people.first[twin - 1], people.first[twin] = pairs[rng.integers(len(pairs))]
        female[twin - 1] = female[twin]
    sons = members[(people.father[members] >= 0) & ~female[members]]
    juniors = sons[rng.random(sons.size) < _NAMED_AFTER_FATHER]
    people.first[juniors] = people.first[people.father[juniors]]
    families = np.unique(start[members])
    surnames = _empty(len(people))
    surnames[families] = community.last_names(rng, families.size)
    people.last[members] = surnames[start[members]]
    keeps_own = (people.role == HEAD) & (people.kind == FAMILY) & (rng.random(len(people)) < _OWN_SURNAME_SHARE)
    own = members[(keeps_own | (people.role == LODGER))[members]]
    people.last[own] = community.last_names(rng, own.size)
    step = np.zeros(len(people), dtype=bool)
    step[families] = rng.random(families.size) < _STEP_FAMILY_SHARE
    children = members[(people.role[members] == CHILD) & step[start[members]]]
    people.last[children] = people.last[start[children]]
    women = members[female[members]]
    people.last[women] = community.womens_form(rng, people.last[women])


def _tell_siblings_apart(rng: Generator, people: People, community: Community, members: Whole) -> None:
    """Draw again for a child who bears a sibling's name; parents hardly ever give one name twice."""
    for _ in range(4):
        order = members[np.lexsort((people.first[members].astype(str), people.household[members]))]
        again = order[1:][
            (people.household[order[1:]] == people.household[order[:-1]])
            & (people.first[order[1:]] == people.first[order[:-1]])
        ]
        again = again[people.role[again] == CHILD]
        people.first[again] = community.first_names(rng, people.female[again], people.age[again])


def _patronymics(people: People, mix: list[Community]) -> None:
    for place, community in enumerate(mix):
        if community.patronymic:
            sons = np.flatnonzero((people.community == place) & (people.father >= 0))
            people.last[sons] = people.first[people.father[sons]]


def new_year_birthdays(rng: Generator, people: People) -> None:
    """Adults whose papers say 1 January because nobody knew the day. True of the person, and of every system."""
    for place, community in enumerate(communities()):
        share = _NEW_YEAR_SHARE.get(community.name, 0.0)
        chosen = np.flatnonzero((people.community == place) & (people.age >= 20) & (rng.random(len(people)) < share))
        people.born[chosen] = people.born[chosen].astype("datetime64[Y]").astype("datetime64[D]")


def _empty(count: int) -> Text:
    return np.empty(count, dtype=object)
