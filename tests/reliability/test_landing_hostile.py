"""Landing under attack and under failure: nothing of a doubtful delivery is kept, and nothing of it is said."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from dagster_project.settings import Settings
from dagster_project.warehouse import landing_source
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.landing import LandingResult, land
from tests.extracts_kit import (
    AS_AT,
    CANARY,
    EVENTS,
    PERSONS,
    Agreed,
    csv_text,
    damage,
    data_file,
    edit_manifest,
    make_delivery,
    person,
    persons,
)

EVENT = {"event_id": "E1", "person_id": "AS000001", "event_type": "Service", "start_date": "2026-01-01"}
COUNT = 200
GOOD = csv_text(PERSONS, [person(number, legal_last_name=CANARY) for number in range(1, COUNT + 1)])


@pytest.fixture(scope="module")
def standing(warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The warehouse, with a good delivery of the partner standing in it; what these tests leave is taken out again."""
    files: dict[str, str | bytes] = {PERSONS: persons(5), EVENTS: csv_text(EVENTS, [EVENT])}
    manifest = make_delivery(tmp_path_factory.mktemp("first"), files)
    assert go(warehouse, manifest).status == "loaded"
    yield warehouse
    with connect(warehouse, "admin") as conn:
        for table in (("control", "current_snapshots"), ("control", "deliveries"), ("raw", PERSONS), ("raw", EVENTS)):
            conn.execute(
                sql.SQL("delete from {} where coalesce(partner, 'stranger') ~ '^(madeup|stranger)'").format(
                    sql.Identifier(*table)
                )
            )


def go(settings: Settings, manifest: Path, **options: Any) -> LandingResult:
    return land(settings, Agreed(), manifest, "direct", as_at=AS_AT, **options)


def snapshot(settings: Settings) -> list[Any]:
    """All that is loaded, as one value to compare."""
    content = "select md5(string_agg(t::text, '|' order by partner, line_number)) from raw.{0} as t"
    tables = [content.format(name) for name in (PERSONS, EVENTS)]
    tables += ["select * from control.current_snapshots order by 1, 2", "select count(*) from control.delivery_files"]
    with connect(settings, "admin") as conn:
        return [conn.execute(query.encode()).fetchall() for query in tables]


def all_of_control(settings: Settings) -> str:
    tables = ("deliveries", "delivery_files", "rejected_rows", "current_snapshots")
    with connect(settings, "admin") as conn:
        texts = [
            conn.execute(sql.SQL("select t::text from {} as t").format(sql.Identifier("control", table))).fetchall()
            for table in tables
        ]
    return str(texts)


def rewritten(change: Callable[[bytes], bytes], rows: int = COUNT) -> Callable[[Path], None]:
    def apply(manifest: Path) -> None:
        damage(manifest, change(data_file(manifest).read_bytes()), rows=rows)

    return apply


def unpacked(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def apply(manifest: Path) -> None:
        path = data_file(manifest)
        path.write_bytes(change(path.read_bytes()))

    return apply


def cut_manifest(manifest: Path) -> None:
    manifest.write_bytes(manifest.read_bytes()[:-9])


DAMAGES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "one byte": ("hash_differs", unpacked(lambda data: data[:-40] + bytes([data[-40] ^ 1]) + data[-39:])),
    "one byte that opens a quote": ("hash_differs", unpacked(lambda data: data[:-40] + b'"' + data[-39:])),
    "cut short": ("size_differs", unpacked(lambda data: data[:-100])),
    "grown": ("size_differs", unpacked(lambda data: data + b"x\n")),
    "cut short and restated": ("row_count_differs", rewritten(lambda data: data[: data.rindex(b"\n", 0, -100) + 1])),
    "column gone": ("column_missing", rewritten(lambda data: data.replace(b"legal_last_name", b"surname", 1))),
    "no header": ("column_missing", rewritten(lambda data: data.split(b"\n", 1)[1], COUNT - 1)),
    "end of data": ("end_of_data_mark", rewritten(lambda data: data.replace(b"\n", b"\n\\.\n", 1), COUNT + 1)),
    "open quote": ("open_quote", rewritten(lambda data: data + b'"AS', COUNT + 1)),
    "UTF-16": ("wrong_encoding", rewritten(lambda data: data.decode().encode("utf-16"))),
    "NUL": ("nul_byte", rewritten(lambda data: data.replace(b"Exampla", b"Exam\0la", 1))),
    "Windows-1252": ("wrong_encoding", rewritten(lambda data: data.replace(b"Exampla", b"Ex\xe4mpla", 1))),
    "lone carriage returns": ("bad_line_ends", rewritten(lambda data: data.replace(b"\n", b"\r"))),
    "huge value": ("row_too_long", rewritten(lambda data: data.replace(b"Exampla", b"x" * 5_000_000, 1))),
    "three percent bad": (
        "too_many_rejected_rows",
        rewritten(lambda data: data.replace(b"1980-02-29", b"29/02/80", 6)),
    ),
    "bad path": ("manifest_invalid", lambda manifest: edit_manifest(manifest, {"path": "'; drop table x;--.csv"})),
    "manifest cut short": ("manifest_unreadable", cut_manifest),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_delivery_is_refused_and_leaves_all_as_it_was(standing: Settings, tmp_path: Path, kind: str) -> None:
    reason, spoil = DAMAGES[kind]
    manifest = make_delivery(tmp_path, {PERSONS: GOOD}, sequence=2)
    before = snapshot(standing)
    spoil(manifest)
    result = go(standing, manifest)
    assert (result.status, result.reason_code) == ("refused", reason)
    named = manifest.name if reason.startswith("manifest") else data_file(manifest).name
    assert result.reason and named in result.reason
    assert snapshot(standing) == before
    assert CANARY not in all_of_control(standing) + str(result)


def test_a_loaded_delivery_that_was_changed_afterwards_is_refused_not_passed_over(
    standing: Settings, tmp_path: Path
) -> None:
    manifest = make_delivery(tmp_path, {PERSONS: persons(5)}, "madeup_other")
    assert go(standing, manifest).status == "loaded"
    path = data_file(manifest)
    path.write_bytes(path.read_bytes().replace(b"Madeup", b"Madeuq", 1))
    assert go(standing, manifest).reason_code == "hash_differs"


def test_a_bad_second_file_takes_the_first_one_with_it(standing: Settings, tmp_path: Path) -> None:
    manifest = make_delivery(
        tmp_path, {PERSONS: GOOD, EVENTS: csv_text(EVENTS, [EVENT, EVENT | {"event_id": "E2"}])}, sequence=3
    )
    damage(manifest, data_file(manifest).read_bytes() + b'"', PERSONS)
    before = snapshot(standing)
    assert go(standing, manifest).reason_code == "open_quote"
    assert snapshot(standing) == before


def test_a_file_that_changes_between_check_and_load_is_refused(
    standing: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = make_delivery(tmp_path, {PERSONS: GOOD}, sequence=4)
    opened = landing_source.open_plain

    def swapped(path: Path) -> Any:
        path.write_bytes(path.read_bytes().replace(b"AA1 1AA", b"AA9 9ZZ"))
        return opened(path)

    before = snapshot(standing)
    monkeypatch.setattr(landing_source, "open_plain", swapped)
    assert go(standing, manifest).reason_code == "hash_differs"
    assert snapshot(standing) == before


def test_a_database_error_shows_no_value(standing: Settings, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path, {PERSONS: GOOD}, sequence=5)
    before = snapshot(standing)
    with connect(standing, "admin") as conn:
        conn.execute(f"alter table raw.asc_persons add constraint spoiler check (legal_last_name <> '{CANARY}')")
    with pytest.raises(WarehouseError, match="SQLSTATE 23514") as error:
        go(standing, manifest)
    assert CANARY not in str(error.value)
    assert error.value.__cause__ is None and error.value.__suppress_context__
    with connect(standing, "admin") as conn:
        conn.execute("alter table raw.asc_persons drop constraint spoiler")
    assert snapshot(standing) == before


def test_a_lost_connection_leaves_all_as_it_was_and_landing_again_works(standing: Settings, tmp_path: Path) -> None:
    partner = "madeup_third"
    manifest = make_delivery(tmp_path, {PERSONS: GOOD, EVENTS: csv_text(EVENTS, [EVENT])}, partner)
    before = snapshot(standing)

    def cut(*_: object) -> None:
        with connect(standing, "admin", autocommit=True) as conn:
            conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'hl_loader'")

    with pytest.raises(WarehouseError, match="nothing of it was loaded"):
        go(standing, manifest, progress=cut)
    assert snapshot(standing) == before
    assert go(standing, manifest).status == "loaded"


def test_two_at_once_load_it_once(standing: Settings, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path, {PERSONS: persons(2_000)}, "madeup_fourth")
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.append(go(standing, manifest).status)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["duplicate", "duplicate", "loaded"]
    with connect(standing, "admin") as conn:
        assert conn.execute("select count(*) from raw.asc_persons where partner = 'madeup_fourth'").fetchone() == (
            2_000,
        )


def test_rows_after_an_end_of_data_mark_within_a_value_are_not_lost(standing: Settings, tmp_path: Path) -> None:
    rows = [person(number, town="\\." if number == 2 else '"Fake\n\\.\ntown"') for number in range(1, 6)]
    manifest = make_delivery(tmp_path, {PERSONS: csv_text(PERSONS, rows)}, "madeup_fifth")
    assert go(standing, manifest).extracts == {PERSONS: (5, 5, 0)}


def test_the_same_refusal_again_only_moves_its_time(standing: Settings, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path, {PERSONS: persons(1)}, "stranger")
    times = []
    for _ in range(2):
        result = go(standing, manifest)
        assert (result.status, result.reason_code, result.partner) == ("refused", "partner_unknown", "stranger")
        with connect(standing, "admin") as conn:
            times += conn.execute("select received_at from control.deliveries where partner = 'stranger'").fetchall()
    assert len(times) == 2 and times[0] < times[1]


def test_a_manifest_without_a_proper_name_is_refused_and_recorded(standing: Settings, tmp_path: Path) -> None:
    path = tmp_path / f"{CANARY}'; drop table x;--.datapackage.json"
    path.write_text("{}", encoding="utf-8")
    result = go(standing, path)
    assert (result.status, result.reason_code, result.delivery_id) == ("refused", "manifest_name", None)
    with connect(standing, "admin") as conn:
        recorded = conn.execute(
            "select delivery_id, reason_code from control.deliveries where partner is null"
        ).fetchall()
    assert recorded == [(None, "manifest_name")]
    assert CANARY not in all_of_control(standing) + str(result)


def test_the_date_of_the_run_bounds_the_extract_date(standing: Settings, tmp_path: Path) -> None:
    manifest = make_delivery(tmp_path, {PERSONS: persons(1)}, "madeup_sixth")
    early = land(standing, Agreed(), manifest, "direct", as_at=AS_AT - timedelta(days=3))
    assert early.reason_code == "extract_date_not_credible"
    assert land(standing, Agreed(), manifest, "direct").status == "loaded"
