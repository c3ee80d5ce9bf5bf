"""What the synthetic council is made of."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True, frozen=True)
class Address:
    line_1: str
    line_2: str
    town: str
    postcode: str
    uprn: str


@dataclass(slots=True)
class Stories:
    """What happens to a person in each system, to be turned into rows by the writers. Empty = not known there."""

    csc: str = ""
    asc: str = ""
    roll: str = ""
    need: str = ""
    exclusion: str = ""
    attendance: str = ""


@dataclass(slots=True)
class Person:
    """One true person. `clean` people are recorded without mistakes, so that their links can be relied on in a demo."""

    number: int
    community: str
    first: str
    last: str
    sex: str
    born: date
    relationship: str
    former_last: str = ""
    preferred_first: str = ""
    twin: bool = False
    namesake: bool = False
    expected: bool = False
    restricted: bool = False
    clean: bool = False
    ethnicity: str = ""
    gender: str = ""
    nhs: str = ""
    nino: str = ""
    upn: str = ""
    former_upn: str = ""
    uln: str = ""
    csc_id: str = ""
    asc_id: str = ""
    edu_id: str = ""
    in_ta: bool = False
    stories: Stories = field(default_factory=Stories)

    @property
    def true_id(self) -> str:
        return f"P{self.number:08d}"

    def age(self, as_at: date) -> int:
        """Whole years at a date; negative for a child not yet born."""
        return as_at.year - self.born.year - ((as_at.month, as_at.day) < (self.born.month, self.born.day))


@dataclass(slots=True)
class Household:
    """People of one home. `tenure` is ta, once_ta, social, former or private; `previous` is where they lived before."""

    number: int
    kind: str
    community: str
    members: list[Person]
    home: Address
    previous: Address | None = None
    tenure: str = "private"
    landlord: str = ""
    ta_story: str = ""
    ta_type: str = ""
    rent_story: str = ""


@dataclass(slots=True)
class Town:
    """The whole council: households, and children not yet born (each with the household of the mother)."""

    as_at: date
    households: list[Household]
    unborn: list[tuple[Household, Person]]
