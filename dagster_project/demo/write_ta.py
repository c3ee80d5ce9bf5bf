"""The homelessness system: cases, household members and placements."""

from dataclasses import dataclass
from datetime import date, timedelta

from dagster_project.demo.office import Office
from dagster_project.demo.people import Address, Household, Person
from dagster_project.demo.stories import TA_OPEN

RELIEF_DAYS = 56
COST = {
    "bed_and_breakfast": 7900,
    "nightly_paid_sc": 6250,
    "hostel": 4100,
    "private_sector_leased": 4800,
    "la_ha_stock": 2300,
    "other": 3900,
}


@dataclass(frozen=True)
class Stay:
    """One placement row; `people` empty = the whole household. Days run from `start` up to but without `end`."""

    start: date
    end: date | None
    address: Address
    people: tuple[Person, ...] = ()

    def open_at(self, day: date) -> bool:
        return self.start <= day and (self.end is None or self.end > day)


class TaWriter:
    """Writes every household that ever came to the homelessness team, and marks who is in TA on the council's day."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._people, self._cases, self._placements = office.ids("TA"), office.ids("HC"), office.ids("PL")

    def write(self) -> None:
        for household in self._office.households():
            if household.ta_story:
                self._case(household)

    def _case(self, household: Household) -> None:
        office, as_at, story = self._office, self._office.town.as_at, household.ta_story
        start = office.ago(5, 900)
        stays = self._stays(household, story, start)
        case_id = self._cases.take()
        applied = self._case_row(case_id, story, start, stays)
        leaver = self._leaver(household) if story == "one_left" else None
        ids = self._members(household, case_id, story, applied, leaver)
        for stay in stays:
            for person in stay.people or (None,):
                self._placement(case_id, household, stay, ids[person.number] if person else None)
            if stay.open_at(as_at):
                for person in stay.people or household.members:
                    person.in_ta = person is not leaver
        if story == "old_case":
            self._old_case(household, start)

    def _stays(self, household: Household, story: str, start: date) -> list[Stay]:
        home, before = household.home, household.previous or household.home
        if story == "prevention_only":
            return []
        if story == "future":
            return [Stay(self._office.ahead(2, 20), None, before)]
        if story in ("ended", "ends_today"):
            end = self._office.ago(0 if story == "ends_today" else self._office.rng.randrange(1, 900))
            return [Stay(end - timedelta(days=self._office.rng.randrange(20, 700)), end, before)]
        if story == "placed_apart":
            return [Stay(start, None, home, tuple(household.members[:-1]))]
        now = Stay(start, self._office.ahead(3, 40) if story == "future_end" else None, home)
        if story in ("chained", "gap_before"):
            first_end = start if story == "chained" else start - timedelta(days=20)
            return [Stay(first_end - timedelta(days=self._office.rng.randrange(10, 300)), first_end, before), now]
        return [now]

    def _leaver(self, household: Household) -> Person | None:
        return next((person for person in reversed(household.members[1:]) if not person.clean), None)

    def _case_row(self, case_id: str, story: str, start: date, stays: list[Stay]) -> date:
        """Writes the case and returns the day of the application."""
        office, as_at = self._office, self._office.town.as_at
        first = min((stay.start for stay in stays), default=start)
        applied = min(first, as_at) - timedelta(days=office.rng.randrange(0, 50))
        relief_over = applied + timedelta(days=RELIEF_DAYS)
        accepted = relief_over <= as_at and story != "prevention_only"
        ended = stays[-1].end if story in ("ended", "ends_today") else None
        prevented = applied if story == "prevention_only" or office.percent(30) else None
        office.delivery.add(
            "hou_homeless_cases",
            case_id=case_id,
            application_date=applied,
            main_decision="Main duty owed" if accepted else None,
            prevention_start=prevented,
            prevention_end=self._past(prevented + timedelta(days=45)) if prevented else None,
            relief_start=None if story == "prevention_only" else applied,
            relief_end=relief_over if accepted else None,
            main_duty_start=relief_over if accepted else None,
            main_duty_end=max(ended, relief_over) if ended and accepted else None,
            end_reason="Part 6 offer accepted" if ended and accepted else None,
            case_closed=self._closed(story, ended),
            officer=office.worker(),
        )
        return applied

    def _past(self, day: date) -> date | None:
        return day if day <= self._office.town.as_at else None

    def _closed(self, story: str, ended: date | None) -> date | None:
        if story == "case_closed":
            return self._office.ago(60)
        return self._past(ended + timedelta(days=14)) if ended else None

    def _members(
        self, household: Household, case_id: str, story: str, applied: date, leaver: Person | None
    ) -> dict[int, str]:
        office, ids = self._office, {}
        for place, person in enumerate(household.members):
            ids[person.number] = self._people.take()
            born_since = story == "baby_joined" and 0 <= person.age(office.town.as_at) < 2
            joined = max(person.born, applied) if born_since else applied
            left = min(office.ago(2, 200), office.town.as_at) if person is leaver else None
            if left:
                joined = min(joined, left)
            self._member(ids[person.number], case_id, person, household, place == 0, joined, left)
            if office.twice(person):
                self._member(self._people.take(), case_id, person, household, False, joined, None)
        return ids

    def _member(
        self,
        record_id: str,
        case_id: str,
        person: Person,
        household: Household,
        main: bool,
        joined: date,
        left: date | None,
    ) -> None:
        office = self._office
        seen = office.write_down(person, household)
        office.delivery.add(
            "hou_household_members",
            person_id=record_id,
            case_id=case_id,
            is_main_applicant=main,
            legal_first_name=seen.first,
            legal_last_name=seen.last,
            preferred_first_name=seen.preferred_first,
            preferred_last_name=seen.preferred_last,
            former_last_name=seen.former_last,
            date_of_birth=seen.born,
            gender=seen.gender,
            nino=seen.nino,
            nhs_number=seen.nhs,
            social_care_id=office.clerk.cross_reference(person.csc_id or person.asc_id, 1400),
            education_id=office.clerk.cross_reference(person.edu_id, 900),
            relationship="applicant" if main else person.relationship,
            joined_date=joined,
            left_date=left,
        )
        office.note(record_id, person)

    def _placement(self, case_id: str, household: Household, stay: Stay, person_id: str | None) -> None:
        office = self._office
        kind = household.ta_type or "nightly_paid_sc"
        far = household.ta_story == "out_of_area"
        settled = stay.start < office.ago(RELIEF_DAYS)
        office.delivery.add(
            "hou_ta_placements",
            placement_id=self._placements.take(),
            case_id=case_id,
            person_id=person_id,
            ta_type=kind,
            duty=office.rng.choice(("s193(2)", "s193(2)", "s193(2)", "s188(3)", "s190(2)")) if settled else "s188(1)",
            start_date=stay.start,
            end_date=stay.end,
            exit_reason=self._exit_reason(stay, household.ta_story),
            **office.clerk.typed_address(stay.address),
            out_of_area=far,
            receiving_la=stay.address.town if far else None,
            refuge=household.ta_story == "refuge",
            nightly_cost=f"{(COST[kind] + office.rng.randrange(-900, 900)) / 100:.2f}",
        )

    def _exit_reason(self, stay: Stay, story: str) -> str | None:
        if stay.end is None or stay.end > self._office.town.as_at:
            return None
        return "Moved to another placement" if story in TA_OPEN else "Part 6 offer accepted"

    def _old_case(self, household: Household, start: date) -> None:
        """The applicant came before, years ago: a closed case in which they bear another record id."""
        case_id = self._cases.take()
        closed = start - timedelta(days=self._office.rng.randrange(200, 900))
        opened = closed - timedelta(days=150)
        self._office.delivery.add(
            "hou_homeless_cases",
            case_id=case_id,
            application_date=opened,
            prevention_start=opened,
            prevention_end=closed,
            case_closed=closed,
            officer=self._office.worker(),
        )
        self._member(self._people.take(), case_id, household.members[0], household, True, opened, closed)
