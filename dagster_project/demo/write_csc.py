"""The children's case system: persons, addresses and disabilities."""

from datetime import date

from dagster_project.demo.csc_events import CscEvents
from dagster_project.demo.office import Office
from dagster_project.demo.people import Household, Person
from dagster_project.demo.population import school_age

DISABILITIES = ("MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "CON", "AUT", "DDA")
NEWBORN_DAYS = 60


class CscWriter:
    """Writes every child, young adult and unborn child that children's social care ever knew."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._again = office.ids("LD")
        self._events = CscEvents(office)

    def write(self) -> None:
        for household in self._office.households():
            for person in household.members:
                if person.stories.csc:
                    self._case(person.csc_id, person, household, person.stories.csc)
                    if self._office.twice(person):
                        self._case(self._again.take(), person, household, "closed")
        for household, child in self._office.town.unborn:
            self._case(child.csc_id, child, household, child.stories.csc)

    def _case(self, record_id: str, person: Person, household: Household, story: str) -> None:
        self._person(record_id, person, household)
        self._addresses(record_id, person, household, story)
        self._disabilities(record_id, story)
        self._events.write(record_id, person, story)

    def _names(self, person: Person, first: str) -> str:
        if person.expected:
            return self._office.rng.choice(("UNBORN", "BABY", "Unborn"))
        newborn = (self._office.town.as_at - person.born).days < NEWBORN_DAYS
        return "Baby" if newborn and self._office.percent(40) else first

    def _person(self, record_id: str, person: Person, household: Household) -> None:
        office = self._office
        seen = office.write_down(person, household)
        upn, unknown = self._pupil_number(person)
        office.delivery.add(
            "csc_persons",
            person_id=record_id,
            legal_first_name=self._names(person, seen.first),
            legal_last_name=seen.last,
            preferred_first_name=seen.preferred_first,
            preferred_last_name=seen.preferred_last,
            former_last_name=seen.former_last,
            date_of_birth=seen.born,
            expected_date_of_birth=person.born if person.expected else None,
            sex="U" if person.expected else person.sex,
            gender=seen.gender if not person.expected else None,
            ethnicity="NOBT" if office.percent(4) else person.ethnicity,
            nhs_number=seen.nhs,
            upn=upn,
            upn_unknown=unknown,
            nino=seen.nino,
            education_id=office.clerk.cross_reference(person.edu_id, 3000),
            death_date=None,
            restricted=person.restricted,
        )
        office.note(record_id, person)

    def _pupil_number(self, person: Person) -> tuple[str, str]:
        """The pupil number, or the statutory reason why there is none."""
        office = self._office
        if person.upn and office.percent(72):
            return (person.former_upn if person.former_upn and office.percent(50) else person.upn), ""
        if person.expected or school_age(person.born, office.town.as_at) < 4:
            return "", "UN1"
        return "", office.rng.choice(("UN2", "UN3", "UN4", "UN5", ""))

    def _addresses(self, record_id: str, person: Person, household: Household, story: str) -> None:
        office = self._office
        since = office.ago(700, 2500)
        if person.age(office.town.as_at) < 8:
            since = office.ago(1, 60) if person.expected else max(person.born, since)
        kind = "Placement" if story == "care_foster" else "Home"
        known = office.clerk.address(household)
        moved = office.ago(2, 400)
        current_uprn = household.home.line_1 == known["address_line_1"]
        if household.previous and current_uprn and not person.expected and moved > since:
            before = office.clerk.typed_address(household.previous)
            self._address(record_id, "Home", before, since, moved)
            since = moved
        self._address(record_id, kind, known, since, None)

    def _address(self, record_id: str, kind: str, address: dict[str, str], start: date, end: date | None) -> None:
        self._office.delivery.add(
            "csc_addresses", person_id=record_id, address_type=kind, **address, start_date=start, end_date=end
        )

    def _disabilities(self, record_id: str, story: str) -> None:
        office = self._office
        codes: tuple[str, ...] = ()
        if story == "disabled" or (story != "disabled_none" and office.percent(7)):
            codes = tuple(sorted(office.rng.sample(DISABILITIES, office.rng.choice((1, 1, 2, 3)))))
        elif story == "disabled_none" or office.percent(25):
            codes = ("NONE",)
        if story == "disabled_conflict":
            codes = ("NONE", "AUT")
        for code in codes:
            office.delivery.add("csc_disabilities", person_id=record_id, disability_code=code)
