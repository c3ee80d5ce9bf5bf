"""A landlord's system: tenancies, tenants, balances, arrangements and actions."""

from datetime import date, timedelta

from dagster_project.demo.office import Office
from dagster_project.demo.people import Address, Household, Person

TA_TENURES = {
    "bed_and_breakfast": ("TBB",),
    "hostel": ("THO", "THL"),
    "nightly_paid_sc": ("TPL", "TLA"),
    "private_sector_leased": ("TPL", "THL"),
    "la_ha_stock": ("LTA", "TLA"),
    "other": ("LTA",),
}
TENURES = {
    "fakeshire_homes": ("SECURE", "SECURE", "SECURE", "INTRO", "NONSEC"),
    "northbank_ha": ("ASSURED", "ASSURED", "STARTER", "AFFORDABLE"),
}
PREFIXES = {"fakeshire_homes": "T", "northbank_ha": "N"}
OWING = (
    *("arrears", "arrears_plan", "arrears_court_plan", "arrears_plan_ended", "stale"),
    *("notice", "notice_expired", "warrant", "eviction"),
)
DAYS_TO_ADULTHOOD = 6575
POSSESSION_STEPS = ("CDL", "S05", "SPO", "PPO", "OUT", "6RO")
EVICTION_STEPS = ("EVI", "5TA", "7RE")


class HomesWriter:
    """Writes one landlord's accounts; who is in TA usually has one with a tenure type for temporary lets."""

    def __init__(self, office: Office) -> None:
        self._office = office
        prefix = PREFIXES[office.partner]
        self._people, self._tenancies = office.ids(prefix), office.ids(prefix + "T")
        self._arrangements, self._actions = office.ids(prefix + "G"), office.ids(prefix + "C")

    def write(self) -> None:
        for household in self._office.households():
            if household.landlord == self._office.partner:
                self._account(household)

    def _account(self, household: Household) -> None:
        office = self._office
        tenancy_id = self._tenancies.take()
        in_ta = household.tenure == "ta"
        start = office.ago(3, 600) if in_ta else office.ago(30, 6000)
        end = office.ago(1, 700) if household.tenure == "former" else None
        of_age = household.members[0].born + timedelta(days=DAYS_TO_ADULTHOOD)
        start = min(max(start, of_age), end or office.ago(3))
        tenures = TA_TENURES[household.ta_type] if in_ta else TENURES[office.partner]
        office.delivery.add(
            "ren_tenancies",
            tenancy_id=tenancy_id,
            tenure_type=office.rng.choice(tenures),
            start_date=start,
            end_date=end,
            **office.clerk.typed_address(self._place(household)),
            housing_officer=office.worker(),
            patch=f"P{household.number % 24 + 1:02d}",
        )
        for place, person in enumerate(household.members):
            # Landlords know the tenant; children and other occupiers are on record more often than not.
            if place == 0 or person.clean or office.percent(90 if in_ta else 84):
                self._tenant(tenancy_id, person, household, place == 0, start, end)
        self._money(tenancy_id, household.rent_story)

    def _place(self, household: Household) -> Address:
        return household.previous or household.home if household.tenure == "former" else household.home

    def _tenant(
        self, tenancy_id: str, person: Person, household: Household, main: bool, start: date, end: date | None
    ) -> None:
        office = self._office
        moved_in = min(max(start, person.born), office.town.as_at)
        for _ in range(2 if office.twice(person) else 1):
            seen = office.write_down(person, household)
            record_id = self._people.take()
            office.delivery.add(
                "ren_tenants",
                person_id=record_id,
                tenancy_id=tenancy_id,
                is_main_tenant=main,
                legal_first_name=seen.first,
                legal_last_name=seen.last,
                preferred_first_name=seen.preferred_first,
                preferred_last_name=seen.preferred_last,
                former_last_name=seen.former_last,
                date_of_birth=seen.born,
                gender=seen.gender,
                nino=seen.nino,
                nhs_number=seen.nhs,
                social_care_id=office.clerk.cross_reference(person.csc_id or person.asc_id, 500),
                education_id=office.clerk.cross_reference(person.edu_id, 200),
                moved_in_date=moved_in,
                moved_out_date=end,
            )
            office.note(record_id, person)

    def _money(self, tenancy_id: str, story: str) -> None:
        office = self._office
        if story == "no_balance":
            return
        pence = 0
        if story in OWING or (story == "former" and office.percent(40)):
            pence = office.rng.randrange(2_500, 480_000)
        elif story in ("credit", "notice_cleared"):
            pence = -office.rng.randrange(100, 40_000)
        balance_date = office.ago(45) if story == "stale" else office.ago(0, 6)
        office.delivery.add(
            "ren_balances", tenancy_id=tenancy_id, balance=f"{pence / 100:.2f}", balance_date=balance_date
        )
        self._arrangement(tenancy_id, story, pence)
        self._steps(tenancy_id, story)

    def _arrangement(self, tenancy_id: str, story: str, pence: int) -> None:
        office = self._office
        if story not in ("arrears_plan", "arrears_court_plan", "arrears_plan_ended"):
            return
        # An arrangement that was broken is closed on the day it was broken.
        end = (
            office.ago(5, 60)
            if story == "arrears_plan_ended"
            else office.ahead(60, 300)
            if office.percent(30)
            else None
        )
        office.delivery.add(
            "ren_arrangements",
            arrangement_id=self._arrangements.take(),
            tenancy_id=tenancy_id,
            agreement_code="C" if story == "arrears_court_plan" else "N",
            start_date=office.ago(61, 400),
            end_date=end,
            amount=f"{max(500, pence // 26) / 100:.2f}",
        )

    def _steps(self, tenancy_id: str, story: str) -> None:
        office = self._office
        if story == "notice":
            self._action(tenancy_id, "NTS", office.ago(3, 300))
        if story == "notice_expired":
            self._action(tenancy_id, "NTS", office.years_ago(1, office.rng.randrange(20, 200)))
        if story == "notice_cleared":
            notice = office.ago(60, 300)
            if office.percent(50):
                self._action(tenancy_id, "NTS", notice, cleared=office.ago(5, 50))
            else:
                self._action(tenancy_id, "NTS", notice)
                self._action(tenancy_id, office.rng.choice(("Z00", "AGR")), office.ago(5, 50))
        if story in ("warrant", "eviction"):
            self._action(tenancy_id, "NTS", office.ago(200, 300))
            self._action(tenancy_id, office.rng.choice(POSSESSION_STEPS), office.ago(90, 150))
            self._action(tenancy_id, "WEA", office.ago(30, 60))
        if story == "eviction":
            self._action(tenancy_id, office.rng.choice(EVICTION_STEPS), office.ago(1, 15))
        if story == "former" and office.percent(10):
            self._action(tenancy_id, "ZT6", office.ago(1, 700))

    def _action(self, tenancy_id: str, code: str, day: date, cleared: date | None = None) -> None:
        self._office.delivery.add(
            "ren_actions",
            action_id=self._actions.take(),
            tenancy_id=tenancy_id,
            action_code=code,
            action_date=day,
            cleared_date=cleared,
        )
