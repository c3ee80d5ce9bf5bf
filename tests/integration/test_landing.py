"""Landing into a real database: what is loaded, what is rejected, and which delivery wins."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.landing import LandingResult, land
from tests.extracts_kit import DAY, EVENTS, PARTNER, PERSONS, Agreed, csv_text, make_delivery, person, persons

NEXT_DAY = DAY + timedelta(days=1)
CONTROL = ("rejected_rows", "delivery_files", "current_snapshots", "deliveries")


@pytest.fixture
def door(own_warehouse: Settings, tmp_path: Path) -> Iterator["Door"]:
    yield Door(own_warehouse, tmp_path)
    with connect(own_warehouse, "admin") as conn:
        for (table,) in conn.execute("select oid::regclass::text from pg_class where relispartition").fetchall():
            conn.execute(f"drop table {table}".encode())
        for table in CONTROL:
            conn.execute(sql.SQL("delete from {}").format(sql.Identifier("control", table)))


class Door:
    """Lands invented deliveries and reads back what came of them."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.sent = 0

    def make(self, persons_csv: str, day: date = DAY, partner: str = PARTNER, **more: str) -> Path:
        self.sent += 1
        return make_delivery(self.folder / str(self.sent), {PERSONS: persons_csv, **more}, partner, day, self.sent)

    def land(self, manifest: Path, agreement: Agreed | None = None, **options: Any) -> LandingResult:
        return land(self.settings, agreement or Agreed(), manifest, "direct", as_at=NEXT_DAY, **options)

    def send(self, persons_csv: str, day: date = DAY, partner: str = PARTNER, **more: str) -> LandingResult:
        return self.land(self.make(persons_csv, day, partner, **more))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with connect(self.settings, "admin") as conn:
            return conn.execute(query.encode()).fetchall()

    def names(self) -> list[str]:
        return [row[0] for row in self.rows("select legal_last_name from raw.asc_persons order by 1")]

    def statuses(self) -> list[str]:
        return [row[0] for row in self.rows("select status from control.deliveries order by delivery_key")]


def test_rows_stand_in_raw_with_their_origin(door: Door) -> None:
    heard: list[str] = []
    manifest = door.make(persons(3))
    result = door.land(manifest, transport={"cipher": "aes256-ctr"}, progress=lambda extract, _: heard.append(extract))
    assert (result.status, result.delivery_id, result.partner) == ("loaded", f"{PARTNER}_20261121_001", PARTNER)
    assert result.extracts == {PERSONS: (3, 3, 0)} and heard == [PERSONS] and result.warnings == ()
    rows = door.rows("select person_id, date_of_birth, nino, partner, delivery_id, line_number from raw.asc_persons")
    assert rows[0] == ("AS000001", "1980-02-29", "", PARTNER, result.delivery_id, 2)
    assert [row[-1] for row in rows] == [2, 3, 4]
    assert door.rows("select route, transport ->> 'cipher', extract_date from control.deliveries") == [
        ("direct", "aes256-ctr", DAY)
    ]
    assert door.rows("select extract, rows_parsed, rows_loaded, rows_rejected from control.delivery_files") == [
        (PERSONS, 3, 3, 0)
    ]
    assert door.rows("select partner, extract, extract_date, rows_loaded from control.current_snapshots") == [
        (PARTNER, PERSONS, DAY, 3)
    ]


def test_dangerous_looking_text_stays_text(door: Door) -> None:
    odd = ["'; drop table raw.asc_persons;--", "\\N", "\\.", "a\\tb\\", "=cmd|' /C calc'!A0", "Zoë", "${jndi}", "%s"]
    door.send(csv_text(PERSONS, [person(number, town=text) for number, text in enumerate(odd)]))
    assert [row[0] for row in door.rows("select town from raw.asc_persons order by line_number")] == odd


def test_one_percent_of_bad_rows_is_left_out_and_recorded_without_values(door: Door) -> None:
    rows = [person(number, date_of_birth="31/12/1980" if number == 7 else "") for number in range(1, 101)]
    result = door.send(csv_text(PERSONS, rows))
    assert (result.status, result.extracts) == ("loaded", {PERSONS: (100, 99, 1)})
    recorded = door.rows(
        "select delivery_id, partner, extract, line_number, column_name, reason_code from control.rejected_rows"
    )
    assert recorded == [(result.delivery_id, PARTNER, PERSONS, 8, "date_of_birth", "bad_date")]


def test_three_percent_refuse_the_delivery_whole_and_list_every_row(door: Door) -> None:
    assert door.send(persons(2)).status == "loaded"
    rows = [person(number, date_of_birth="bad" if number > 97 else "") for number in range(1, 101)]
    result = door.send(csv_text(PERSONS, rows), NEXT_DAY)
    assert (result.status, result.reason_code) == ("refused", "too_many_rejected_rows")
    assert result.reason and result.reason.startswith(f"{PARTNER}_20261122_002_{PERSONS}.csv")
    assert door.rows("select count(*), max(delivery_id) from raw.asc_persons") == [(2, f"{PARTNER}_20261121_001")]
    assert door.rows("select array_agg(line_number order by line_number) from control.rejected_rows") == [
        ([99, 100, 101],)
    ]
    assert door.rows("select count(*) from control.delivery_files") == [(1,)]


def test_the_limit_is_the_agreements(door: Door) -> None:
    rows = csv_text(PERSONS, [person(1), person(2, date_of_birth="bad")])
    assert door.land(door.make(rows), Agreed()).status == "refused"
    lenient = Agreed(landing=type(Agreed().landing)(50))
    assert door.land(door.make(rows), lenient).extracts == {PERSONS: (2, 1, 1)}


def test_a_repeated_row_is_loaded_once_and_a_contradicted_key_not_at_all(door: Door) -> None:
    rows = [person(number) for number in range(1, 301)]
    rows += [person(5), person(5), person(9, town="Elsewhere")]
    result = door.send(csv_text(PERSONS, rows))
    assert result.extracts == {PERSONS: (303, 299, 4)}
    recorded = door.rows("select line_number, column_name, reason_code from control.rejected_rows order by 1")
    assert recorded == [
        (10, "person_id", "duplicate_key"),
        (302, "person_id", "duplicate_row"),
        (303, "person_id", "duplicate_row"),
        (304, "person_id", "duplicate_key"),
    ]
    assert door.rows("select line_number from raw.asc_persons where person_id in ('AS000005', 'AS000009')") == [(6,)]


def test_empty_parts_of_a_key_are_compared_too(door: Door) -> None:
    pupil = {"person_id": "P1", "laestab": "", "entry_date": ""}
    others = [{"person_id": f"P{number}"} for number in range(2, 200)]
    rows = csv_text("edu_pupils", [pupil, pupil, pupil | {"entry_date": "2026-09-01"}, *others])
    manifest = make_delivery(door.folder, {"edu_pupils": rows})
    assert door.land(manifest, Agreed("education")).extracts == {"edu_pupils": (201, 200, 1)}


def test_too_many_repeated_keys_refuse_the_delivery(door: Door) -> None:
    result = door.send(csv_text(PERSONS, [person(1), person(1, town="Elsewhere")]))
    assert (result.status, result.reason_code) == ("refused", "too_many_rejected_rows")
    assert door.rows("select line_number from control.rejected_rows order by 1") == [(2,), (3,)]


def test_a_newer_snapshot_replaces_the_older_one(door: Door) -> None:
    door.send(csv_text(PERSONS, [person(1, legal_last_name="Gone"), person(2, legal_last_name="Stays")]))
    door.send(csv_text(PERSONS, [person(2, legal_last_name="Stays")]), NEXT_DAY)
    assert door.names() == ["Stays"]
    assert door.rows("select extract_date, rows_loaded from control.current_snapshots") == [(NEXT_DAY, 1)]


def test_partners_do_not_touch_each_other(door: Door) -> None:
    door.send(csv_text(PERSONS, [person(1, legal_last_name="A")]))
    door.send(csv_text(PERSONS, [person(1, legal_last_name="B")]), partner="madeup_second")
    door.send(csv_text(PERSONS, [person(1, legal_last_name="C")]), NEXT_DAY)
    assert door.names() == ["B", "C"]


def test_the_same_delivery_again_leaves_no_trace(door: Door) -> None:
    manifest = door.make(persons(2))
    assert [door.land(manifest).status for _ in range(3)] == ["loaded", "duplicate", "duplicate"]
    assert door.statuses() == ["loaded"]


def test_the_same_bytes_under_another_name_are_recorded_once_and_not_loaded(door: Door) -> None:
    first, second = door.send(persons(2)), door.make(persons(2))
    assert [door.land(second).status for _ in range(2)] == ["duplicate", "duplicate"]
    assert door.statuses() == ["loaded", "duplicate"]
    assert door.rows("select distinct delivery_id from raw.asc_persons") == [(first.delivery_id,)]


def test_the_same_bytes_on_a_later_day_prove_the_snapshot_fresh(door: Door) -> None:
    door.send(persons(2))
    assert door.send(persons(2), NEXT_DAY).status == "duplicate"
    assert door.rows("select extract_date, rows_loaded from control.current_snapshots") == [(NEXT_DAY, 2)]


def test_going_back_to_earlier_content_loads_it_again(door: Door) -> None:
    before = csv_text(PERSONS, [person(1, legal_last_name="Before")])
    first = door.make(before, DAY - timedelta(days=1))
    assert door.land(first).status == "loaded"
    assert door.send(csv_text(PERSONS, [person(1, legal_last_name="Mistaken")])).status == "loaded"
    assert door.send(before, NEXT_DAY).status == "loaded"
    assert door.names() == ["Before"]
    assert door.statuses() == ["older", "loaded", "loaded"]
    assert door.land(first).status == "duplicate"
    assert door.names() == ["Before"] and len(door.statuses()) == 3


def test_an_older_extract_is_recorded_once_and_replaces_nothing(door: Door) -> None:
    door.send(csv_text(PERSONS, [person(1, legal_last_name="New")]), NEXT_DAY)
    late = door.make(csv_text(PERSONS, [person(1, legal_last_name="Old")]))
    assert [door.land(late).status for _ in range(2)] == ["older", "older"]
    assert door.names() == ["New"] and door.statuses() == ["loaded", "older"]


def test_of_two_extracts_of_one_day_the_later_arrival_wins(door: Door) -> None:
    first = door.make(csv_text(PERSONS, [person(1, legal_last_name="First")]))
    second = door.make(csv_text(PERSONS, [person(1, legal_last_name="Second")]))
    assert [door.land(path).status for path in (first, second, first, second)] == [
        "loaded",
        "loaded",
        "duplicate",
        "duplicate",
    ]
    assert door.names() == ["Second"]


def test_the_order_of_arrival_does_not_matter(door: Door) -> None:
    events = csv_text(
        EVENTS, [{"event_id": "E1", "person_id": "AS000001", "event_type": "Service", "start_date": "2026-01-01"}]
    )
    door.send(csv_text(PERSONS, [person(1, legal_last_name="New")]), NEXT_DAY)
    late = door.send(csv_text(PERSONS, [person(1, legal_last_name="Old")]), DAY, **{EVENTS: events})
    assert (late.status, late.extracts) == ("loaded", {EVENTS: (1, 1, 0)})
    assert door.names() == ["New"]
    assert door.rows("select extract, extract_date from control.current_snapshots order by 1") == [
        (EVENTS, DAY),
        (PERSONS, NEXT_DAY),
    ]


def test_columns_outside_the_contract_are_left_out_with_a_warning(door: Door) -> None:
    content = persons(2).replace("\n", ",secret\n")
    result = door.send(content)
    assert result.status == "loaded"
    assert result.warnings == (
        f"{PARTNER}_20261121_001_{PERSONS}.csv: not loaded, because not in the contract: columns number 19",
    )


def test_a_file_with_no_rows_is_an_empty_snapshot(door: Door) -> None:
    door.send(persons(2))
    assert door.send(csv_text(PERSONS, []), NEXT_DAY).extracts == {PERSONS: (0, 0, 0)}
    assert door.names() == []
