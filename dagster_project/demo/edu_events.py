"""What the education service did: attendance, exclusions, plans and education otherwise, story by story."""

from datetime import date, timedelta

from dagster_project.demo.office import Office
from dagster_project.demo.terms import Term, academic_year, first_september, terms

NEEDS = (
    *("ASD", "ASD", "SLCN", "SLCN", "SEMH", "SEMH", "MLD", "SLD"),
    *("SPLD", "PD", "HI", "VI", "PMLD", "MSI", "DS", "OTH"),
)
SEN_TEAMS = ("SEND Casework Team North", "SEND Casework Team South")
OTHERWISE = {
    "ehe": "EHE",
    "ehe_never": "EHE",
    "ehe_ended": "EHE",
    "cme": "CME",
    "awaiting": "awaiting place",
    "eotas": "EOTAS",
    "flexi": "flexi",
}
REASONS = ("DB", "DB", "PP", "PA", "VA", "VP", "BU", "RA", "DM", "TH", "DA")
# Sessions per thousand by register code; what is left over is present, morning and afternoon in equal parts.
HABITS = {
    "usual": {"I": 28, "M": 8, "L": 12, "O": 6, "C": 4},
    "low": {"I": 85, "M": 15, "L": 25, "O": 60, "U": 18, "G": 10},
    "severe": {"I": 140, "O": 380, "U": 45, "L": 20, "E": 15},
    "late": {"I": 30, "L": 110, "U": 55, "O": 10},
    "none_possible": {"X": 700, "#": 300},
}
NOT_POSSIBLE = ("D", "X", "#")


class EduEvents:
    """Writes the rows that hang on a pupil."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._excluded, self._plans, self._records = office.ids("EX"), office.ids("SE"), office.ids("EH")
        self._terms = terms(office.town.as_at)
        self._year = academic_year(office.town.as_at)
        self._september = first_september(office.town.as_at)

    def sessions(self, entry: date | None, leaving: date | None, share: int) -> int:
        """Sessions that a pupil could have attended this year so far, given when they came and went."""
        return sum(self._sessions(term, entry, leaving, share) for term in self._terms)

    def _sessions(self, term: Term, entry: date | None, leaving: date | None, share: int) -> int:
        start = max(term.start, entry or term.start)
        end = min(term.end, leaving or term.end)
        length = (term.end - term.start).days + 1
        there = max(0, (end - start).days + 1)
        return term.sessions * there * share // (100 * length)

    def attendance(
        self, record_id: str, laestab: str, story: str, entry: date | None, leaving: date | None, share: int
    ) -> None:
        """Rows per term and code; nothing for a pupil whose school did not send its registers."""
        if story == "not_recorded":
            return
        for term in self._terms:
            here = self._sessions(term, entry, leaving, share)
            codes = {code: self._about(here, per_thousand) for code, per_thousand in HABITS[story].items()}
            if story == "none_possible":
                codes["X"] = here - codes["#"]
            if share < 100:
                codes["D"] = self._sessions(term, entry, leaving, 100 - share)
            present = max(0, here - sum(number for code, number in codes.items() if code != "D"))
            codes |= {"/": present - present // 2, "\\": present // 2}
            for code in sorted(codes):
                if codes[code]:
                    self._office.delivery.add(
                        "edu_attendance",
                        person_id=record_id,
                        laestab=laestab,
                        academic_year=self._year,
                        period=term.period,
                        attendance_code=code,
                        sessions=codes[code],
                    )

    def _about(self, sessions: int, per_thousand: int) -> int:
        """A number of sessions near the usual share: anything from nothing to twice as many."""
        most = 2 * sessions * per_thousand // 1000
        if per_thousand >= 300:
            return min(sessions, sessions * per_thousand // 1000)
        return self._office.rng.randrange(most + 1)

    def exclusions(self, record_id: str, story: str, laestab: str) -> None:
        if story == "none" or not laestab:
            return
        category = {"permanent": "PERM", "rescinded": "PERM", "lunchtime": "LNCH"}.get(story, "SUSP")
        status = story if story in ("cancelled", "rescinded") else "active"
        for _ in range(2 if story == "suspended_twice" else 1):
            day = self._day_of_this_year()
            if story == "last_year":
                day = self._september - timedelta(days=self._office.rng.randrange(60, 300))
            self._office.delivery.add(
                "edu_exclusions",
                exclusion_id=self._excluded.take(),
                person_id=record_id,
                laestab=laestab,
                start_date=day,
                sessions={"PERM": None, "LNCH": 1}.get(category, self._office.rng.randrange(1, 11)),
                category=category,
                reason=self._office.rng.choice(REASONS),
                status=status,
            )

    def _day_of_this_year(self) -> date:
        days = (self._office.town.as_at - self._september).days
        return self._september + timedelta(days=self._office.rng.randrange(days // 10, days + 1))

    def needs(self, record_id: str, story: str) -> None:
        """Plans made, ceased or only asked for; each need of a plan is a row, because a row holds one."""
        office = self._office
        if not story.startswith("plan"):
            return
        start = office.ago(100, 1500)
        ceased = office.ago(5, 95) if story == "plan_ceased" else None
        if story == "plan_draft":
            start = office.ahead(5, 40)
        ranks = (1, 2) if story == "plan_two_needs" else (1,)
        caseworker, team = office.worker(), office.rng.choice(SEN_TEAMS)
        kinds = office.rng.sample(sorted(set(NEEDS)), 2) if len(ranks) > 1 else [office.rng.choice(NEEDS)]
        for rank, kind in zip(ranks, kinds, strict=True):
            office.delivery.add(
                "edu_sen",
                plan_id=self._plans.take(),
                person_id=record_id,
                plan_start=None if story == "plan_requested" else start,
                plan_ceased=ceased,
                need_type=kind,
                need_rank=rank,
                caseworker=caseworker,
                team=team,
            )

    def otherwise(self, record_id: str, roll: str) -> None:
        if roll not in OTHERWISE:
            return
        office = self._office
        start = office.ago(30, 39) if roll != "ehe_ended" else office.ago(500, 800)
        office.delivery.add(
            "edu_ehe_cme",
            record_id=self._records.take(),
            person_id=record_id,
            status=OTHERWISE[roll],
            start_date=start,
            end_date=office.ago(400, 450) if roll == "ehe_ended" else None,
            officer=office.worker(),
        )
