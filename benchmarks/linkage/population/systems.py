"""Which system knows whom, and which numbers it noted. Families in need stand in several."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from benchmarks.linkage.population import people as p
from benchmarks.linkage.population.names import Flags, Text, Whole
from benchmarks.linkage.population.people import People
from dagster_project.demo.identifiers import nhs_check_digit, upn_check_letter

# The part of people for whom a system lacks the NHS number.
PROFILES = {
    "brief": {"housing": 0.40, "csc": 0.25, "asc": 0.15, "edu": 0.35},
    "council": {"housing": 0.93, "csc": 0.25, "asc": 0.15, "edu": 0.35},
}
SYSTEMS = ("housing", "csc", "asc", "edu")
_HOUSED = {p.SINGLE: 0.36, p.COUPLE: 0.30, p.FAMILY: 0.36, p.LONE_PARENT: 0.62, p.GROWN_UP: 0.38, p.SHARED: 0.40}
_IN_CSC_HOUSED, _IN_CSC_OTHER, _PARENT_IN_CSC = 0.36, 0.20, 0.25
_IN_ASC_OLD, _IN_ASC_ADULT, _ASC_IF_HOUSED = 0.60, 0.27, 0.95
_IN_EDU = 0.86
_TWICE = {"housing": 0.020, "csc": 0.012, "asc": 0.015, "edu": 0.004}
_HAS_UPN = {"csc": 0.72, "edu": 0.985}
_HAS_NINO = {"housing": 0.55, "csc": 0.05, "asc": 0.35}
# Who notes whose id, and for what part of the people that both know.
_NOTES = {
    ("housing", "csc"): 0.12, ("housing", "asc"): 0.09, ("housing", "edu"): 0.12,
    ("edu", "csc"): 0.20, ("csc", "edu"): 0.30,
}  # fmt: skip
_LARGEST_NINO = 1_000_000


@dataclass
class Records:
    """One entry per record in each array: true values, which the mistakes then spoil. Text, empty where absent."""

    person: Whole
    system: Text
    record_id: Text
    fields: dict[str, Text] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.person)

    def of(self, system: str) -> Flags:
        return self.system == system


def enter(rng: Generator, people: People, profile: str) -> Records:
    """The records of all systems, without mistakes.

    Raises:
        KeyError: there is no such profile.
    """
    lacks_nhs = PROFILES[profile]
    members = _members(rng, people)
    records = _records(rng, members)
    known = np.unique(records.person)
    who = records.person
    records.fields["last_name"] = people.last[who]
    records.fields["first_name"] = people.first[who]
    records.fields["birth_date"] = people.born[who].astype(str).astype(object)
    records.fields["sex"] = np.where(people.female[who], "F", "M").astype(object)
    records.fields["nhs_number"] = _numbers(rng, len(people), known, _nhs_numbers)[who]
    records.fields["upn"] = _numbers(rng, len(people), known[people.age[known] < 25], _upns)[who]
    records.fields["nino"] = _numbers(rng, len(people), known[people.age[known] >= 16], _ninos)[who]
    chance = rng.random(len(records))
    records.fields["nhs_number"][chance < _per_record(records, lacks_nhs, 0.0)] = ""
    records.fields["upn"][rng.random(len(records)) >= _per_record(records, _HAS_UPN, 0.0)] = ""
    records.fields["nino"][rng.random(len(records)) >= _per_record(records, _HAS_NINO, 0.0)] = ""
    _note_ids(rng, records, len(people))
    return records


def _members(rng: Generator, people: People) -> dict[str, Whole]:
    age, households = people.age, int(people.household[-1]) + 1
    chance = np.select([people.kind == kind for kind in _HOUSED], list(_HOUSED.values()))
    housed = rng.random(households)[people.household] < chance
    child = age < 18
    in_csc = child & (rng.random(households)[people.household] < np.where(housed, _IN_CSC_HOUSED, _IN_CSC_OTHER))
    homes_in_csc = np.zeros(households, dtype=bool)
    homes_in_csc[people.household[in_csc]] = True
    parent = (people.role == p.HEAD) & homes_in_csc[people.household] & (rng.random(len(people)) < _PARENT_IN_CSC)
    wants_care = np.where(age >= 65, _IN_ASC_OLD, np.where(age >= 18, _IN_ASC_ADULT, 0.0))
    in_asc = rng.random(len(people)) < wants_care * np.where(housed, _ASC_IF_HOUSED, 0.8)
    in_edu = (age >= 4) & (age < 19) & (rng.random(len(people)) < _IN_EDU)
    flags = {"housing": housed, "csc": in_csc | parent, "asc": in_asc, "edu": in_edu}
    return {system: np.flatnonzero(flag) for system, flag in flags.items()}


def _records(rng: Generator, members: dict[str, Whole]) -> Records:
    person, system, ids = [], [], []
    for name, known in members.items():
        twice = known[rng.random(known.size) < _TWICE[name]]
        everybody = rng.permutation(np.concatenate([known, twice]))
        person.append(everybody)
        system.append(np.full(everybody.size, name, dtype=object))
        ids.append(np.array([f"{name[0].upper()}{number:08d}" for number in range(everybody.size)], dtype=object))
    return Records(np.concatenate(person), np.concatenate(system), np.concatenate(ids))


def _numbers(rng: Generator, people: int, holders: Whole, issue: Callable[[int], Text]) -> Text:
    numbers = np.full(people, "", dtype=object)
    numbers[rng.permutation(holders)] = issue(holders.size)
    return numbers


def _nhs_numbers(count: int) -> Text:
    """Valid numbers of the test ranges, from 999 downwards."""
    found: list[str] = []
    stem = 999_999_999
    while len(found) < count:
        stem -= 1
        digit = nhs_check_digit(str(stem))
        if digit is not None:
            found.append(f"{stem}{digit}")
    return np.array(found, dtype=object)


def _upns(count: int) -> Text:
    return np.array([upn_check_letter(f"999{n:09d}") + f"999{n:09d}" for n in range(count)], dtype=object)


def _ninos(count: int) -> Text:
    if count > _LARGEST_NINO:
        raise ValueError("the invented National Insurance numbers are used up; ask for fewer people")
    return np.array([f"QQ{n:06d}{'ABCD'[n % 4]}" for n in range(count)], dtype=object)


def _per_record(records: Records, shares: dict[str, float], otherwise: float) -> np.ndarray:
    return np.select([records.of(system) for system in shares], list(shares.values()), otherwise)


def _note_ids(rng: Generator, records: Records, people: int) -> None:
    """Ids of one system that another noted; a person registered twice is noted by one of the two ids."""
    for column in ("social_care_id", "education_id"):
        records.fields[column] = np.full(len(records), "", dtype=object)
    for (notes, about), share in _NOTES.items():
        ids = np.full(people, "", dtype=object)
        theirs = records.of(about)
        ids[records.person[theirs]] = records.record_id[theirs]
        chosen = np.flatnonzero(records.of(notes) & (rng.random(len(records)) < share) & (ids[records.person] != ""))
        column = "education_id" if about == "edu" else "social_care_id"
        records.fields[column][chosen] = ids[records.person[chosen]]
