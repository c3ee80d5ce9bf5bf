"""The education system: one row per enrolment, and what hangs on it."""

from dataclasses import dataclass
from datetime import date, timedelta

from dagster_project.demo.edu_events import EduEvents
from dagster_project.demo.office import Office
from dagster_project.demo.people import Household, Person
from dagster_project.demo.population import school_age
from dagster_project.demo.schools import School, Schools
from dagster_project.demo.terms import first_september

FIRST_SECONDARY_AGE = 11
PROVISION = {"none": "N", "support": "K", "plan": "E", "plan_two_needs": "E", "plan_draft": "K", "plan_requested": "K"}


@dataclass(frozen=True)
class Enrolment:
    """A pupil's time at one school; `school` is None for a child who was never at one."""

    school: School | None
    status: str
    entry: date | None
    leaving: date | None = None
    share: int = 100
    """The part of the week spent there, in per cent."""


class EduWriter:
    """Writes every pupil, former pupil and child educated otherwise."""

    def __init__(self, office: Office, schools: Schools) -> None:
        self._office, self._schools = office, schools
        self._again = office.ids("EZ")
        self._events = EduEvents(office)

    def write(self) -> None:
        for household in self._office.households():
            for person in household.members:
                if person.stories.roll:
                    self._pupil(person, household)

    def _pupil(self, person: Person, household: Household) -> None:
        enrolments = self._enrolments(person, household)
        self._rows(person.edu_id, person, household, enrolments)
        self._events.otherwise(person.edu_id, person.stories.roll)
        self._events.needs(person.edu_id, person.stories.need)
        last = next((one for one in enrolments if one.school), None)
        self._events.exclusions(
            person.edu_id, person.stories.exclusion, last.school.laestab if last and last.school else ""
        )
        for enrolment in enrolments:
            if enrolment.school and (
                enrolment.leaving is None or enrolment.leaving > first_september(self._office.town.as_at)
            ):
                self._events.attendance(
                    person.edu_id, enrolment.school.laestab, person.stories.attendance,
                    enrolment.entry, enrolment.leaving, enrolment.share,
                )  # fmt: skip
        if self._office.twice(person) and last:
            # A second record from the school before: closed, without a pupil number of its own.
            earlier = Enrolment(last.school, "C", date(2015, 9, 1), self._office.ago(400))
            self._rows(self._again.take(), person, household, [earlier], numbers=False)

    def _enrolments(self, person: Person, household: Household) -> list[Enrolment]:
        office, roll = self._office, person.stories.roll
        school = self._school(person, household)
        entry = self._entry(person)
        recent = max(entry, min(office.ago(40), first_september(office.town.as_at) + timedelta(days=30)))
        if roll in ("left", "ehe", "cme", "eotas"):
            return [Enrolment(school, "C", entry, max(recent, entry))]
        if roll in ("ehe_never", "awaiting"):
            return [Enrolment(None, "", None)]
        if roll == "moved_school":
            moved = max(recent, entry)
            return [Enrolment(school, "C", moved), Enrolment(self._schools.other(school), "C", entry, moved)]
        if roll == "dual":
            special = self._schools.specials[household.number % len(self._schools.specials)]
            return [Enrolment(school, "M", entry, share=40), Enrolment(special, "S", entry, share=60)]
        return [Enrolment(school, "O" if roll == "guest" else "C", entry)]

    def _school(self, person: Person, household: Household) -> School:
        if school_age(person.born, self._office.town.as_at) < FIRST_SECONDARY_AGE:
            return self._schools.primary(household)
        return self._schools.secondary(household)

    def _entry(self, person: Person) -> date:
        """The September of the reception or first secondary year, or a later day for one in eight who moved here."""
        office = self._office
        year = school_age(person.born, office.town.as_at)
        start = 4 if year < FIRST_SECONDARY_AGE else FIRST_SECONDARY_AGE
        september = first_september(office.town.as_at).year - max(0, year - start)
        first = min(date(september, 9, 3), office.town.as_at)
        late = first + timedelta(days=office.rng.randrange(20, 500))
        return late if office.percent(12) and late < office.ago(90) else first

    def _rows(
        self, record_id: str, person: Person, household: Household, enrolments: list[Enrolment], numbers: bool = True
    ) -> None:
        """One row per enrolment; who the pupil is stands in each of them in the same words."""
        office = self._office
        seen = office.write_down(person, household)
        address = office.clerk.address(household)
        social_care_id = office.clerk.cross_reference(person.csc_id, 1600)
        upn = person.upn if numbers and (person.clean or not office.percent(3)) else ""
        for enrolment in enrolments:
            current = enrolment.leaving is None and enrolment.school is not None
            office.delivery.add(
                "edu_pupils",
                person_id=record_id,
                upn=upn,
                former_upn=person.former_upn if numbers else None,
                uln=person.uln if numbers else None,
                legal_first_name=seen.first,
                legal_last_name=seen.last,
                preferred_first_name=seen.preferred_first,
                preferred_last_name=seen.preferred_last,
                former_last_name=seen.former_last,
                date_of_birth=seen.born,
                sex=person.sex,
                ethnicity=person.ethnicity,
                nhs_number=seen.nhs,
                social_care_id=social_care_id,
                laestab=enrolment.school.laestab if enrolment.school else None,
                enrol_status=enrolment.status,
                entry_date=enrolment.entry,
                leaving_date=enrolment.leaving,
                sen_provision=PROVISION.get(person.stories.need, "N") if current else None,
                **address,
                sessions_possible=self._events.sessions(enrolment.entry, None, enrolment.share) if current else None,
            )
        office.note(record_id, person)
