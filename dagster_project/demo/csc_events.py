"""What children's social care did: referrals, assessments, plans, care, risk flags and workers, story by story."""

from collections.abc import Callable
from datetime import date, timedelta

from dagster_project.demo.office import Office
from dagster_project.demo.people import Person

SERVICE = "Children's Social Care"
TEAMS = ("Assessment Team", "Family Support Team North", "Family Support Team South", "Safeguarding Team")
YOUTH_JUSTICE = ("Youth Justice Team", "Youth Justice")
OTHER_LA = ("Otherborough Council (other LA)", "Other LA")
NEEDS = ("N1", "N1", "N1", "N4", "N5", "N2", "N3", "N6", "N8")
CLOSURES = ("RC1", "RC2", "RC7", "RC8", "RC9")
FACTORS = (
    *("1A", "1B", "2A", "2B", "3A", "3B", "4A", "4B", "5A", "6A", "7A", "8B"),
    *("10A", "15A", "16A", "17A", "18B", "19B", "20", "21"),
)
EXPLOITATION = ("11A", "12A", "13A", "24A")
RISKS = ("CSE", "CCE", "TRAFFICKING", "GANGS", "COUNTY_LINES")
ABUSE = ("NEG", "EMO", "PHY", "SAB", "MUL")


class CscEvents:
    """Turns a story into rows; everything not told by the story stays closed."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._earliest = office.town.as_at
        self._ids = {
            extract: office.ids(prefix)
            for extract, prefix in (
                ("csc_referrals", "RF"), ("csc_assessments", "AM"), ("csc_cin_plans", "CN"), ("csc_cp_plans", "CP"),
                ("csc_cla_episodes", "CL"), ("csc_risk_flags", "RK"), ("csc_involvements", "IV"),
            )
        }  # fmt: skip
        self._tales: dict[str, Callable[[str, date], None]] = {
            "contact_only": lambda _id, _day: None,
            "closed": self._closed,
            "disabled": self._closed,
            "disabled_none": self._closed,
            "disabled_conflict": self._closed,
            "worker_left": self._closed,
            "referral_open": lambda who, day: self._open(who, day),
            "two_workers": lambda who, day: self._open(who, day, workers=2),
            "cin_plan": self._cin_plan,
            "cin_ended": lambda who, day: self._ended(who, day, self._plan_of_need),
            "cp_open": lambda who, day: self._protected(who, day, None),
            "cp_closed": lambda who, day: self._ended(who, day, self._plan_of_protection),
            "cp_other_la": lambda who, day: self._protected(who, day, None, elsewhere=True),
            "care_parents": lambda who, day: self._in_care(who, day, "C1", "P1"),
            "care_foster": lambda who, day: self._in_care(who, day, "C2", "U6"),
            "care_ended": lambda who, day: self._ended(who, day, self._episode),
            "short_break_v3": lambda who, day: self._in_care(who, day, "V3", "U3"),
            "short_break_v4": lambda who, day: self._in_care(who, day, "V4", "K2"),
            "risk_open": lambda who, day: self._at_risk(who, day, self._pick(RISKS), None),
            "risk_ended": lambda who, day: self._at_risk(who, day, self._pick(RISKS), self._office.ago(5, 39)),
            "missing_only": lambda who, day: self._at_risk(who, day, "MISSING", None),
            "factor_recent": lambda who, _day: self._exploited(who, self._office.ago(60, 300)),
            "factor_old": lambda who, _day: self._exploited(who, self._office.years_ago(1, 120)),
            "youth_justice_only": lambda who, day: self._worker(who, day, None, *YOUTH_JUSTICE),
            "other_la_only": lambda who, day: self._worker(who, day, None, *OTHER_LA),
            "care_leaver": self._care_leaver,
        }

    def write(self, record_id: str, person: Person, story: str) -> None:
        # Nothing happens to a child before the birth; about an unborn one social care has known for weeks at most.
        self._earliest = self._office.ago(45) if person.expected else min(person.born, self._office.ago(1))
        self._tales[story](record_id, self._not_before_birth(self._office.ago(40, 500)))

    def _not_before_birth(self, day: date) -> date:
        return max(day, self._earliest)

    def _pick(self, values: tuple[str, ...]) -> str:
        return self._office.rng.choice(values)

    def _add(self, extract: str, key: str, record_id: str, **cells: str | date | bool | None) -> None:
        self._office.delivery.add(extract, **{key: self._ids[extract].take()}, person_id=record_id, **cells)

    def _after(self, day: date, days: int) -> date:
        return min(day + timedelta(days=days), self._office.town.as_at)

    def _referral(self, record_id: str, day: date, closed: date | None) -> None:
        reason = self._pick(CLOSURES) if closed else None
        self._add(
            "csc_referrals", "referral_id", record_id,
            referral_date=day, primary_need=self._pick(NEEDS), closure_date=closed, closure_reason=reason,
        )  # fmt: skip

    def _assessment(self, record_id: str, day: date, factors: tuple[str, ...]) -> None:
        authorised = day + timedelta(days=self._office.rng.randrange(10, 45))
        known = authorised if authorised <= self._office.town.as_at else None
        self._add(
            "csc_assessments", "assessment_id", record_id,
            start_date=day, authorised_date=known, factors=";".join(factors) if known else None,
        )  # fmt: skip

    def _worker(
        self, record_id: str, start: date, end: date | None, team: str = "", service: str = SERVICE, role: str = ""
    ) -> None:
        self._add(
            "csc_involvements", "involvement_id", record_id,
            worker_name=self._office.worker(), worker_role=role or "Allocated worker", team=team or self._pick(TEAMS),
            service=service, start_date=start, end_date=end,
        )  # fmt: skip

    def _closed(self, record_id: str, _day: date) -> None:
        """One to three old referrals, all closed, their workers gone."""
        for _ in range(self._office.rng.choice((1, 1, 1, 2, 3))):
            opened = self._not_before_birth(self._office.ago(120, 1800))
            closed = self._after(opened, self._office.rng.randrange(10, 110))
            self._referral(record_id, opened, closed)
            if self._office.percent(60):
                self._assessment(record_id, opened, tuple(sorted(self._office.rng.sample(FACTORS, 2))))
            self._worker(record_id, opened, closed)

    def _open(self, record_id: str, day: date, workers: int = 1, team: str = "") -> None:
        self._referral(record_id, day, None)
        self._assessment(record_id, day, tuple(sorted(self._office.rng.sample(FACTORS, 3))))
        for place in range(workers):
            self._worker(record_id, self._after(day, place * 9), None, team, role="Lead worker" if place else "")
        if self._office.percent(25):
            self._worker(record_id, day, self._after(day, 30), team)

    def _ended(self, record_id: str, day: date, plan: Callable[[str, date, date | None], None]) -> None:
        end = self._after(day, self._office.rng.randrange(15, 39))
        self._referral(record_id, day, end)
        self._worker(record_id, day, end)
        plan(record_id, day, end)

    def _plan_of_need(self, record_id: str, start: date, end: date | None) -> None:
        self._add("csc_cin_plans", "plan_id", record_id, start_date=start, end_date=end)

    def _plan_of_protection(self, record_id: str, start: date, end: date | None, elsewhere: bool = False) -> None:
        self._add(
            "csc_cp_plans", "plan_id", record_id,
            start_date=start, end_date=end, initial_category=self._pick(ABUSE), latest_category=self._pick(ABUSE),
            held_by_other_la=elsewhere,
        )  # fmt: skip

    def _episode(self, record_id: str, start: date, end: date | None, status: str = "V2", place: str = "U1") -> None:
        self._add(
            "csc_cla_episodes", "episode_id", record_id,
            start_date=start, end_date=end, legal_status=status, category_of_need=self._pick(NEEDS),
            placement_type=place,
        )  # fmt: skip

    def _cin_plan(self, record_id: str, day: date) -> None:
        self._open(record_id, day)
        # Some plans have a review date in the future as their end; they are open until then.
        end = self._office.ahead(5, 60) if self._office.percent(10) else None
        self._plan_of_need(record_id, self._after(day, 20), end)

    def _protected(self, record_id: str, day: date, end: date | None, elsewhere: bool = False) -> None:
        if not elsewhere:
            self._open(record_id, day, team="Safeguarding Team")
        self._plan_of_protection(record_id, self._after(day, 15), end, elsewhere)

    def _in_care(self, record_id: str, day: date, status: str, place: str) -> None:
        short_break = status in ("V3", "V4")
        self._open(record_id, day, team="Disabled Children Team" if short_break else "Children in Care Team")
        if not short_break and self._office.percent(50):
            moved = self._after(day, 30)
            self._episode(record_id, day, moved, "V2", "U1")
            day = moved
        self._episode(record_id, day, None, status, place)

    def _at_risk(self, record_id: str, day: date, risk: str, end: date | None) -> None:
        self._open(record_id, day)
        level = self._pick(("low", "medium", "high"))
        self._add("csc_risk_flags", "flag_id", record_id, flag_type=risk, level=level, start_date=day, end_date=end)

    def _exploited(self, record_id: str, day: date) -> None:
        day = self._not_before_birth(day)
        self._referral(record_id, day, None)
        self._assessment(record_id, day, tuple(sorted((self._pick(EXPLOITATION), self._pick(FACTORS)))))
        self._worker(record_id, day, None)

    def _care_leaver(self, record_id: str, _day: date) -> None:
        self._episode(record_id, self._office.ago(2900, 3200), self._office.ago(300, 2500), "C2", "U6")
        self._worker(record_id, self._office.ago(290), None, "Leaving Care Team", role="Personal adviser")
