"""The adults' case system: persons, the events of the Client Level Data return, and workers."""

from datetime import date

from dagster_project.demo.office import Office
from dagster_project.demo.people import Household, Person

SERVICE = "Adult Social Care"
TEAMS = ("Adults North Locality", "Adults South Locality", "Hospital Discharge Team", "Learning Disability Team")
PERSONAL_CARE = "Physical Support: Personal care support"
ACCESS = "Physical Support: Access and mobility only"
MEMORY = "Support with Memory and Cognition"
LEARNING = "Learning Disability Support"
MENTAL_HEALTH = "Mental Health Support"
SENSORY = ("Sensory Support: Support for visual impairment", "Sensory Support: Support for hearing impairment")
ISOLATION = "Social Support: Support for social isolation or other"
USUAL_REASONS = (PERSONAL_CARE, PERSONAL_CARE, ACCESS, MENTAL_HEALTH, MEMORY, ISOLATION)
COMMUNITY = "Long Term Support: Community"
SERVICES = (COMMUNITY, COMMUNITY, "Short Term Support: To Maximise Independence")


class AscWriter:
    """Writes every adult whom adult social care knows, story by story."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._again, self._events, self._workers = office.ids("AD"), office.ids("EV"), office.ids("AV")

    def write(self) -> None:
        for household in self._office.households():
            for person in household.members:
                if person.stories.asc:
                    self._person(person.asc_id, person, household)
                    self._tell(person.asc_id, person.stories.asc)
                    if self._office.twice(person):
                        self._person(self._again.take(), person, household)

    def _person(self, record_id: str, person: Person, household: Household) -> None:
        office = self._office
        seen = office.write_down(person, household)
        died = None
        if person.age(office.town.as_at) >= 75 and not person.clean and office.percent(3):
            died = office.ago(5, 300)
        office.delivery.add(
            "asc_persons",
            person_id=record_id,
            legal_first_name=seen.first,
            legal_last_name=seen.last,
            preferred_first_name=seen.preferred_first,
            preferred_last_name=seen.preferred_last,
            former_last_name=seen.former_last,
            date_of_birth=seen.born,
            gender=seen.gender,
            ethnicity=person.ethnicity,
            nhs_number=seen.nhs,
            nino=seen.nino,
            **office.clerk.address(household),
            death_date=died,
            restricted=person.restricted,
        )
        office.note(record_id, person)

    def _tell(self, record_id: str, story: str) -> None:
        office = self._office
        start = office.ago(30, 900)
        reason = self._reason(story)
        if story == "no_events":
            return
        if story == "other_la_only":
            self._worker(record_id, start, None, "Otherborough Council (other LA)", "Other LA")
            return
        asked = start
        self._event(record_id, "Request", reason, asked, asked, "Progress to assessment, review or reassessment", story)
        if story == "request_only":
            return
        if story == "assessment_open":
            self._event(record_id, "Assessment", reason, start, None, "", story)
        elif story == "service_ended":
            end = office.ago(1, 29)
            self._event(record_id, "Service", reason, start, end, "NFA: support ended as planned", story)
            self._worker(record_id, start, end)
            return
        else:
            self._event(record_id, "Assessment", reason, start, office.ago(15, 29), "Provision of service", story)
            self._event(record_id, "Service", reason, office.ago(2, 14), None, "", story)
        if story == "review":
            self._event(record_id, "Review", reason, office.ago(1), office.ago(1), "Continuation of services", story)
        for place in range(2 if story == "two_workers" else 1):
            self._worker(record_id, start, None, role="Allocated worker" if place else "Lead worker")
        if office.percent(20):
            self._worker(record_id, start, office.ago(3))

    def _reason(self, story: str) -> str:
        if story == "sensory":
            return self._office.rng.choice(SENSORY)
        known = {"learning_disability": LEARNING, "memory": MEMORY, "carer": "Social Support: Support to carer"}
        return known.get(story) or self._office.rng.choice(USUAL_REASONS)

    def _event(
        self, record_id: str, kind: str, reason: str, start: date, end: date | None, outcome: str, story: str
    ) -> None:
        self._office.delivery.add(
            "asc_events",
            event_id=self._events.take(),
            person_id=record_id,
            event_type=kind,
            client_type="Carer" if story == "carer" else "Service user",
            start_date=start,
            end_date=end,
            primary_support_reason=reason,
            service_type=self._office.rng.choice(SERVICES) if kind == "Service" else None,
            event_outcome=outcome,
        )

    def _worker(
        self,
        record_id: str,
        start: date,
        end: date | None,
        team: str = "",
        service: str = SERVICE,
        role: str = "Allocated worker",
    ) -> None:
        self._office.delivery.add(
            "asc_involvements",
            involvement_id=self._workers.take(),
            person_id=record_id,
            worker_name=self._office.worker(),
            worker_role=role,
            team=team or self._office.rng.choice(TEAMS),
            service=service,
            start_date=start,
            end_date=end,
        )
