"""Rule R0 against an oracle of its own: ten thousand random histories, in one build from landing to the mart."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.linkage.population import CSC, TA, Council, _insert, dbt, load, nhs_number

AS_AT = date(2026, 11, 22)
HISTORIES = 10_000
SCOPE = "select record_id, is_suspended from matched.scope_housing_records"
SHOWN = """
    select records.record_id
    from mart_candidate.dim_person as shown
    inner join matched.person_records as records on shown.person_key = records.person_key
    where records.source = 'housing'
"""
DUE = "select record_id, due_on from matched.housing_stays"


@dataclass(frozen=True)
class Stay:
    """One placement; `end` None while it lasts, `alone` for the member alone."""

    start: date
    end: date | None
    alone: bool


@dataclass
class History:
    """What a homelessness system says of one person and the household."""

    joined: date | None
    left: date | None
    closed: date | None
    stays: list[Stay] = field(default_factory=list)

    def last_end(self) -> date | None:
        """The day on which the last stay ended, None while one lasts or where there was none; found day by day.

        A person is placed on a day if a stay has begun by then and goes on after it, in a household that the person has
        joined and not left. This walks back from the run's date, where the model compares ends.
        """
        day, first = AS_AT, min((stay.start for stay in self.stays), default=AS_AT)
        while day >= first and not self.is_placed(AS_AT):
            if self.was_left_on(day) or self.is_placed(day - timedelta(days=1)):
                return day
            day -= timedelta(days=1)
        return None

    def is_placed(self, day: date) -> bool:
        here = (self.joined is None or self.joined <= day) and (self.left is None or self.left > day)
        return here and any(stay.start <= day and (stay.end is None or stay.end > day) for stay in self.stays)

    def was_left_on(self, day: date) -> bool:
        """A stay that began and ended on one day leaves an end behind and no night."""
        ends = [min(filter(None, (stay.end, self.left)), default=None) for stay in self.stays]
        starts = [max(filter(None, (stay.start, self.joined))) for stay in self.stays]
        return any(start == end == day for start, end in zip(starts, ends, strict=True))


def histories(dice: random.Random) -> list[History]:
    """Gaps, re-entries, same-day moves, back-dated and future ends, members who come and go, closed cases."""

    def near(spread: int = 60) -> date:
        return AS_AT + timedelta(days=dice.choice((0, 0, 1, -1, 7, -7, dice.randint(-spread, spread))))

    made = []
    for _ in range(HISTORIES):
        one = History(
            near() if dice.random() < 0.2 else None,
            near() if dice.random() < 0.2 else None,
            near() if dice.random() < 0.2 else None,
        )
        start = near(120)
        for _ in range(dice.choice((0, 1, 1, 2, 3))):
            end = None if dice.random() < 0.25 else start + timedelta(days=dice.choice((0, 1, 5, 30, 90, -1)))
            one.stays.append(Stay(start, end, dice.random() < 0.2))
            start = (end or start) + timedelta(days=dice.choice((0, 0, 1, 3, 7, 8)))
        made.append(one)
    return made


@pytest.fixture(scope="module")
def people() -> dict[str, History]:
    return {f"P{number:05d}": one for number, one in enumerate(histories(random.Random(20261122)))}


@pytest.fixture(scope="module")
def loaded(own_warehouse: Settings, people: dict[str, History]) -> Settings:
    load(own_warehouse, Council())
    members, children, cases, placements = [], [], [], []
    for serial, (person, one) in enumerate(people.items()):
        case = f"C{person}"
        told = {"joined_date": one.joined, "left_date": one.left}
        known = {"nhs_number": nhs_number(serial), "date_of_birth": "2014-02-03", "legal_first_name": person}
        members.append(
            {"person_id": person, "case_id": case, **{name: day and day.isoformat() for name, day in told.items()}}
            | known
        )
        children.append({"person_id": person} | known)
        cases.append({"case_id": case, "case_closed": one.closed and one.closed.isoformat()})
        placements += [
            {
                "placement_id": f"{case}-{number}",
                "case_id": case,
                "person_id": person if stay.alone else None,
                "start_date": stay.start.isoformat(),
                "end_date": stay.end and stay.end.isoformat(),
            }
            for number, stay in enumerate(one.stays)
        ]
    with connect(own_warehouse, "admin") as conn:
        for extract, partner, rows in (
            ("hou_household_members", TA, members),
            ("hou_homeless_cases", TA, cases),
            ("hou_ta_placements", TA, placements),
            ("csc_persons", CSC, children),
        ):
            _insert(conn, extract, partner, [])
            columns = list(rows[0])
            statement = f"copy raw.{extract} ({', '.join(columns)}, partner, delivery_id, line_number) from stdin"
            with conn.cursor() as cursor, cursor.copy(statement.encode()) as copy:
                for line, row in enumerate(rows, start=2):
                    copy.write_row((*row.values(), partner, "d", line))
    return own_warehouse


@pytest.fixture(scope="module", params=[7])
def built(
    request: pytest.FixtureRequest, loaded: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, Settings]]:
    with connect(loaded, "admin") as conn:
        conn.execute("update agreement.retention_settings set ta_gap_days = %s", [request.param])
    folder = tmp_path_factory.mktemp("dbt")
    dbt(loaded, folder, "seed")
    dbt(loaded, folder, "run", "--select", "+dim_person")
    yield request.param, loaded


@pytest.fixture(scope="module")
def ends(people: dict[str, History]) -> dict[str, date | None]:
    return {person: one.last_end() for person, one in people.items()}


def test_whoever_is_in_scope_is_placed_and_nobody_else(
    built: tuple[int, Settings], people: dict[str, History], ends: dict[str, date | None]
) -> None:
    gap, settings = built
    with connect(settings, "hl_analyst") as conn:
        scope = dict(conn.execute(SCOPE).fetchall())
        shown = [person for (person,) in conn.execute(SHOWN).fetchall()]
    placed = {person for person, one in people.items() if one.is_placed(AS_AT)}
    just_left = {person for person, end in ends.items() if gap and end and end + timedelta(days=gap) >= AS_AT}
    assert {person for person, is_suspended in scope.items() if not is_suspended} == placed
    assert sorted(shown) == sorted(placed), "each of them is one person of the mart, linked to children's care"
    assert {person for person, is_suspended in scope.items() if is_suspended} == just_left
    assert 1_000 < len(placed) < HISTORIES - 1_000
    assert bool(just_left) is bool(gap)


def test_each_end_is_due_on_its_own_day(built: tuple[int, Settings], ends: dict[str, date | None]) -> None:
    gap, settings = built
    with connect(settings, "hl_analyst") as conn:
        found = dict(conn.execute(DUE).fetchall())
    due = {person: end and end + timedelta(days=gap + 1) for person, end in ends.items()}
    assert {person: found.get(person) for person in due if found.get(person) != due[person]} == {}
    assert sum(day is not None for day in due.values()) > 1_000
