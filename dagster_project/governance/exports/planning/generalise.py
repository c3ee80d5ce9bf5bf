"""What a planner gets instead of what the mart has: bands for dates and numbers, districts for addresses (SE-07)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagster_project.governance.exports.planning.people import Person

UNKNOWN = "Not known"
Row = dict[str, str]
_OUTWARD = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ?[0-9][A-Z]{2}")
_LATEST_BIRTH_YEARS = 120


@dataclass(frozen=True)
class Bands:
    """Numbers in bands: `edges` are where each begins, the last one is open."""

    edges: tuple[int, ...]
    unit: str = ""

    def of(self, number: int | float | Decimal | None) -> str:
        """The label of the band that the number is in; not known below the first."""
        if number is None or number < self.edges[0]:
            return UNKNOWN
        place = max(place for place, edge in enumerate(self.edges) if edge <= number)
        return self.labels[place]

    @property
    def labels(self) -> tuple[str, ...]:
        """Every band from the lowest on."""
        pairs = zip(self.edges, (*self.edges[1:], None), strict=True)
        return tuple(self._label(low, high) for low, high in pairs)

    def _label(self, low: int, high: int | None) -> str:
        if high is None:
            return f"{low}{self.unit} or more"
        return f"{low}{self.unit}" if high == low + 1 and not self.unit else f"{low} to under {high}{self.unit}"


# By the turns of school and adult life; the oldest are few.
AGE = Bands((0, 5, 11, 16, 18, 25, 35, 45, 55, 65, 75))
HOUSEHOLD = Bands((1, 2, 3, 4, 5))
# Persistent absence begins at 10 %, severe absence at 50 %.
ABSENCE = Bands((0, 5, 10, 50), " %")
LATENESS = Bands((0, 5, 10), " %")
EXCLUSIONS = Bands((0, 1, 2))


def _as_it_is(value: Any) -> str:
    return UNKNOWN if value is None else str(value)


# The items that a planning export may hold, each as it leaves. What is not listed here never does: names, birth dates,
# addresses, schools, teams, caseworkers and free text.
ITEMS: Mapping[str, Callable[[Any], str]] = {
    "gender": _as_it_is,
    "is_in_temporary_accommodation": _as_it_is,
    "is_in_rent_arrears": _as_it_is,
    "has_arrears_payment_plan": _as_it_is,
    "is_at_risk_of_eviction": _as_it_is,
    "has_ehcp": _as_it_is,
    "send_type": _as_it_is,
    "is_disabled": _as_it_is,
    "has_child_protection_plan": _as_it_is,
    "is_child_in_care": _as_it_is,
    "is_child_in_need": _as_it_is,
    "is_at_risk_of_exploitation": _as_it_is,
    "is_known_to_services": _as_it_is,
    "total_absence_percent": ABSENCE.of,
    "lateness_percent": LATENESS.of,
    "exclusions_current_year": EXCLUSIONS.of,
}
BANDS: Mapping[str, Bands] = {
    "age_band": AGE,
    "household_size": HOUSEHOLD,
    "total_absence_percent": ABSENCE,
    "lateness_percent": LATENESS,
    "exclusions_current_year": EXCLUSIONS,
}
# What others may know of somebody, the least useful first: in this order it is given up where a group is too small.
QUASI_IDENTIFIERS = ("household_size", "district", "is_in_temporary_accommodation", "gender", "age_band")


def generalised(people: Sequence["Person"], as_at: date) -> list[Row]:
    """One row per person, in the same order, of values that no longer say who it is by themselves."""
    return [_row(person, as_at) for person in people]


def quasi_identifiers(columns: Sequence[str]) -> tuple[str, ...]:
    """Those of the columns by which somebody might be found, in the order in which they are given up."""
    return tuple(name for name in QUASI_IDENTIFIERS if name in columns)


def age_on(born: date | None, day: date) -> int | None:
    """Whole years; an age is reached at the start of the birthday, on 1 March for those born on 29 February."""
    if born is None or born > day or day.year - born.year > _LATEST_BIRTH_YEARS:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def district(postcode: str | None) -> str:
    """The outward code (`AA1`); not known where there is no whole postcode."""
    found = _OUTWARD.fullmatch((postcode or "").strip().upper())
    return found[1] if found else UNKNOWN


def _row(person: "Person", as_at: date) -> Row:
    return {
        "age_band": AGE.of(age_on(person.born, as_at)),
        "district": district(person.postcode),
        "household_size": HOUSEHOLD.of(person.household_size),
        **{name: ITEMS[name](value) for name, value in person.items.items()},
    }
