"""How a system writes a person down: what it leaves out and what it gets wrong.

`brief` is the profile in which each system lacks the NHS number of 15 to 40 % of its people; in `council` housing lacks
it for 93 %, as councils report.
"""

import random
from dataclasses import dataclass
from datetime import date

from dagster_project.demo import mistakes
from dagster_project.demo.errors import DemoError
from dagster_project.demo.names import spellings
from dagster_project.demo.people import Address, Household, Person

PROFILES = ("brief", "council")
HOUSING = ("fakeshire_ta", "fakeshire_homes", "northbank_ha")


@dataclass(frozen=True)
class Habits:
    """Chances per ten thousand; `care` scales all typing mistakes (10 = usual)."""

    nhs_missing: int
    nino_missing: int
    born_missing: int
    born_default: int
    upper_case: int
    no_accents: int
    old_address: int
    care: int


HABITS = {
    "fakeshire_ta": Habits(3500, 2600, 90, 25, 0, 4000, 0, 14),
    "fakeshire_homes": Habits(4000, 3000, 420, 60, 10_000, 10_000, 0, 18),
    "northbank_ha": Habits(3800, 3500, 300, 40, 0, 6000, 0, 16),
    "fakeshire_csc": Habits(1500, 8500, 25, 5, 0, 1500, 3500, 9),
    "fakeshire_asc": Habits(1800, 4500, 30, 10, 0, 3000, 2500, 10),
    "fakeshire_edu": Habits(3000, 9900, 5, 0, 0, 1000, 2000, 6),
}


@dataclass(slots=True)
class Recorded:
    """A person as one system holds them; empty text or None where the system does not know."""

    first: str
    last: str
    preferred_first: str
    preferred_last: str
    former_last: str
    born: date | None
    gender: str
    nhs: str
    nino: str


class Clerk:
    """Types people into one system. A `clean` person is typed without mistakes, though gaps may remain."""

    def __init__(self, partner: str, profile: str, rng: random.Random) -> None:
        if profile not in PROFILES:
            raise DemoError(f"there is no profile of that name; use one of {', '.join(PROFILES)}")
        self._habits = HABITS[partner]
        self._rng = rng
        self._nhs_missing = 9300 if profile == "council" and partner in HOUSING else self._habits.nhs_missing

    def chance(self, per_ten_thousand: int) -> bool:
        return self._rng.randrange(10_000) < per_ten_thousand

    def _slip(self, person: Person, per_ten_thousand: int) -> bool:
        return not person.clean and self.chance(per_ten_thousand * self._habits.care // 10)

    def write(self, person: Person, household: Household, as_at: date) -> Recorded:
        """The person's names, birth date and identifiers as this system has them."""
        first, last = self._first(person), self._last(person)
        turned = 130 if person.community in ("chinese_vietnamese", "somali") else 15
        if self._slip(person, turned):
            first, last = last, first
        if self.chance(self._habits.no_accents):
            first, last = mistakes.without_accents(first), mistakes.without_accents(last)
        if self.chance(self._habits.upper_case):
            first, last = first.upper(), last.upper()
        return Recorded(
            first=first,
            last=last,
            preferred_first=person.preferred_first if self.chance(7000) else "",
            preferred_last=self._known_as(person),
            former_last=person.former_last if self.chance(6000) and last != person.former_last else "",
            born=None if person.expected else self._born(person, as_at),
            gender="" if self.chance(150) else "U" if self.chance(40) else person.gender,
            nhs="" if person.expected else self._nhs(person, household),
            nino=self._nino(person, as_at),
        )

    def _known_as(self, person: Person) -> str:
        """The surname used from day to day: one half of a double one, or the name from before the wedding."""
        if "-" in person.last and self.chance(2500):
            return mistakes.half_of(person.last, self._rng)
        return person.former_last if self.chance(900) else ""

    def _first(self, person: Person) -> str:
        # A name with several spellings is written down as it sounds; any other is seldom changed.
        if self._slip(person, 1100 if person.first in spellings() else 230):
            return mistakes.other_first_name(person, self._rng)
        if self._slip(person, 6):
            return self._rng.choice(mistakes.NAME_PLACEHOLDERS)
        if self._slip(person, 50):
            return mistakes.typing_slip(person.first, self._rng)
        return person.first

    def _last(self, person: Person) -> str:
        last = person.last
        if person.former_last and self._slip(person, 1100):
            last = person.former_last
        if "-" in last and not last.startswith(("Al-", "El-")) and self._slip(person, 1300):
            last = mistakes.half_of(last, self._rng)
        if "'" in last and not person.clean:
            last = mistakes.apostrophe(last, self._rng)
        if self._slip(person, 60):
            last = mistakes.typing_slip(last, self._rng)
        return last[: mistakes.LONGEST_SURNAME]

    def _born(self, person: Person, as_at: date) -> date | None:
        if self._slip(person, 38):
            return mistakes.swapped_day_and_month(person.born)
        if self._slip(person, 35):
            return min(mistakes.mistyped_date(person.born, self._rng), as_at)
        if self._slip(person, 12):
            return date(person.born.year, 1, 1)
        if person.clean:
            return person.born
        if self.chance(self._habits.born_missing):
            return None
        return mistakes.DEFAULT_BIRTH_DATE if self.chance(self._habits.born_default) else person.born

    def _nhs(self, person: Person, household: Household) -> str:
        if self.chance(self._nhs_missing):
            return ""
        if self._slip(person, 30):
            return mistakes.mistyped_digit(person.nhs, self._rng)
        if self._slip(person, 25):
            return self._rng.choice(mistakes.NHS_PLACEHOLDERS)
        if self._slip(person, 14):
            relatives = [other.nhs for other in household.members if other is not person and other.nhs]
            if relatives:
                return self._rng.choice(relatives)
        number = person.nhs
        return f"{number[:3]} {number[3:6]} {number[6:]}" if number and self.chance(800) else number

    def _nino(self, person: Person, as_at: date) -> str:
        if not person.nino or self.chance(self._habits.nino_missing):
            return ""
        if self._slip(person, 40):
            return mistakes.mistyped_digit(person.nino, self._rng)
        return mistakes.NINO_PLACEHOLDER if self._slip(person, 20) else person.nino

    def cross_reference(self, identifier: str, per_ten_thousand: int) -> str:
        """Another system's id of the person, where this system noted it."""
        return identifier if identifier and self.chance(per_ten_thousand) else ""

    def address(self, household: Household) -> dict[str, str]:
        """The home as this system knows it: for those who moved, perhaps still the old one."""
        stale = household.previous is not None and self.chance(self._habits.old_address)
        return self.typed_address(household.previous if stale and household.previous else household.home)

    def typed_address(self, address: Address) -> dict[str, str]:
        untidy = self.chance(25 * self._habits.care)
        return {
            "address_line_1": address.line_1,
            "address_line_2": address.line_2,
            "town": address.town,
            "postcode": mistakes.as_typed_postcode(address.postcode, self._rng) if untidy else address.postcode,
            "uprn": address.uprn if self.chance(8500) else "",
        }
