"""Reports reach the partner the way its delivery came: once, again when there is news, and later when it failed."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.dropbox.client import Collected
from dagster_project.dropbox.endpoint import endpoint_path, save_endpoint
from dagster_project.governance.feedback.sending import Sent, send_reports
from dagster_project.governance.intake import OpenTerms, holding_refusals, land_all, record_refused_in_dropbox
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.landing import LandingResult, land
from tests.dropbox_kit import HOUSING, Yard, open_yard
from tests.extracts_kit import AS_AT, CANARY, DAY, PERSONS, csv_text, damage, make_delivery, person, persons

DIRECT = "fakeshire_asc"
TENANTS: dict[str, str | bytes] = {
    "ren_tenants": csv_text("ren_tenants", []),
    "ren_tenancies": csv_text("ren_tenancies", []),
}


class Office:
    """Lands deliveries of partners of the shipped agreement, and sends reports."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.agreement: Agreement = load_agreement(settings.agreement_file)
        self.sequence = 0

    def make(
        self, files: dict[str, str | bytes], partner: str = DIRECT, day: date = DAY, sequence: int | None = None
    ) -> Path:
        self.sequence += 1
        number = sequence or self.sequence
        return make_delivery(self.folder / str(self.sequence), files, partner, day, number)

    def land(self, manifest: Path, route: str = "direct") -> LandingResult:
        return land(self.settings, OpenTerms(self.agreement, AS_AT), manifest, route, as_at=AS_AT)

    def send(self, *, use_dropbox: bool = True) -> Sent:
        return send_reports(self.settings, self.agreement, use_dropbox=use_dropbox)

    def reports(self, partner: str = DIRECT) -> dict[str, str]:
        folder = self.settings.outgoing / partner
        return {path.name: path.read_bytes().decode() for path in folder.iterdir()} if folder.is_dir() else {}


@pytest.fixture
def office(own_warehouse: Settings, tmp_path: Path) -> Iterator[Office]:
    yield Office(own_warehouse, tmp_path)
    with connect(own_warehouse, "admin") as conn:
        for (table,) in conn.execute("select oid::regclass::text from pg_class where relispartition").fetchall():
            conn.execute(f"drop table {table}".encode())
        conn.execute("delete from control.current_snapshots")
        conn.execute("delete from control.deliveries")
    endpoint_path(own_warehouse).unlink(missing_ok=True)
    shutil.rmtree(own_warehouse.outgoing, ignore_errors=True)


def damaged_rows() -> str:
    rows = [person(number, date_of_birth=CANARY if number == 7 else "") for number in range(1, 101)]
    return csv_text(PERSONS, rows)


def test_a_direct_partner_finds_a_list_and_a_summary_without_values(office: Office) -> None:
    result = office.land(office.make({PERSONS: damaged_rows()}))
    assert office.send().delivered == 1
    reports = office.reports()
    assert set(reports) == {f"{result.delivery_id}_report.txt", f"{result.delivery_id}_rejected_rows.csv"}
    place = f"{PERSONS},{result.delivery_id}_{PERSONS}.csv,8,date_of_birth,bad_date,"
    assert place in reports[f"{result.delivery_id}_rejected_rows.csv"]
    assert "asc_persons     100      99         1" in reports[f"{result.delivery_id}_report.txt"]
    assert CANARY not in "".join(reports.values())


def test_what_was_told_is_not_told_again(office: Office) -> None:
    manifest = office.make({PERSONS: persons(3)})
    office.land(manifest)
    assert office.send().delivered == 1
    path = next((office.settings.outgoing / DIRECT).iterdir())
    before = path.stat().st_mtime_ns
    office.land(manifest)
    assert office.send() == Sent(0, ())
    assert path.stat().st_mtime_ns == before


def test_refused_older_and_repeated_deliveries_are_reported_too(office: Office) -> None:
    loaded = office.land(office.make({PERSONS: persons(3)}))
    repeated = office.land(office.make({PERSONS: persons(3)}))
    older = office.land(office.make({PERSONS: persons(2)}, day=DAY - timedelta(days=1)))
    refused = office.land(office.make({PERSONS: "person_id\n1\n"}, day=AS_AT))
    assert office.send().delivered == 4
    told = office.reports()
    for result, words in ((loaded, "ACCEPTED"), (repeated, "NOT NEEDED"), (older, "NOT USED"), (refused, "REFUSED")):
        assert words in told[f"{result.delivery_id}_report.txt"]
    assert "has no column" in told[f"{refused.delivery_id}_report.txt"]


def test_identifiers_counted_later_are_told_under_the_same_name(office: Office) -> None:
    office.land(office.make({PERSONS: persons(3)}))
    office.send()
    names = set(office.reports())
    with connect(office.settings, "hl_publisher") as conn:
        for measure in ("filled", "valid", "placeholder", "invalid", "unlawful"):
            conn.execute(
                "insert into control.delivery_quality select delivery_key, extract, %s, 'nino', 2, 3"
                " from control.current_snapshots",
                [f"identifier_{measure}"],
            )
    assert office.send().delivered == 1
    assert set(office.reports()) == names
    assert "Look at nino: 2 invalid" in "".join(office.reports().values())
    assert office.send().delivered == 0


def test_columns_outside_the_contract_are_told_by_their_places(office: Office) -> None:
    manifest = office.make({PERSONS: persons(2).replace("\n", ",secret\n")})
    [result] = land_all(office.settings, office.agreement, [manifest], AS_AT)
    office.send()
    text = office.reports()[f"{result.delivery_id}_report.txt"]
    assert "not in the contract: columns number 19" in text and "secret" not in text


def test_a_corrected_delivery_of_the_same_name_replaces_the_report(office: Office) -> None:
    manifest = office.make({PERSONS: persons(3)})
    damage(manifest, b"person_id\n1\n", rows=1)
    result = office.land(manifest)
    office.send()
    assert "REFUSED" in office.reports()[f"{result.delivery_id}_report.txt"]
    office.land(office.make({PERSONS: persons(3)}, sequence=office.sequence))
    office.send()
    assert "ACCEPTED" in office.reports()[f"{result.delivery_id}_report.txt"]
    assert len(office.reports()) == 2


@pytest.fixture
def yard(office: Office, tmp_path: Path) -> Iterator[Yard]:
    with open_yard(tmp_path / "yard") as running:
        save_endpoint(office.settings, running.collector)
        yield running


def test_an_sftp_partner_finds_them_in_its_drop_box(office: Office, yard: Yard) -> None:
    result = office.land(office.make(TENANTS, HOUSING), "sftp")
    assert office.send(use_dropbox=False) == Sent(0, ())
    assert office.send() == Sent(1, ())
    names = {path.name for path in (yard.root / HOUSING / "outgoing").iterdir()}
    assert names == {f"{result.delivery_id}_report.txt", f"{result.delivery_id}_rejected_rows.csv"}
    assert office.reports(HOUSING) == {}


def test_a_failed_upload_names_the_partner_and_is_tried_again(office: Office, tmp_path: Path) -> None:
    with open_yard(tmp_path / "yard") as gone:
        save_endpoint(office.settings, gone.collector)
    office.land(office.make(TENANTS, HOUSING), "sftp")
    office.land(office.make({PERSONS: persons(1)}))
    sent = office.send()
    assert sent.delivered == 1
    [unsent] = sent.unsent
    assert unsent.partner == HOUSING and "Nobody answers" in unsent.sentence
    with open_yard(tmp_path / "yard") as back:
        save_endpoint(office.settings, back.collector)
        assert office.send() == Sent(1, ())
        assert len(list((back.root / HOUSING / "outgoing").iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_told_with_its_partner(office: Office) -> None:
    office.land(office.make({PERSONS: persons(1)}))
    office.settings.outgoing.mkdir(exist_ok=True)
    blocker = office.settings.outgoing / DIRECT
    blocker.write_text("", encoding="utf-8")
    [unsent] = office.send().unsent
    assert unsent.partner == DIRECT and f"outgoing/{DIRECT}" in unsent.reason
    blocker.unlink()
    assert office.send().delivered == 1


def test_what_the_drop_box_refused_is_on_record_holds_and_is_reported(office: Office, yard: Yard) -> None:
    with connect(office.settings, "hl_loader") as conn:
        [(since,)] = conn.execute("select now()").fetchall()
    name = f"{HOUSING}_20261122_009"
    refused = Collected(HOUSING, "refused", f"{name}_x.csv: 9 bytes", name=f"{name}.datapackage.json")
    nameless = Collected(HOUSING, "refused", "1 file(s) have a name that is not allowed")
    for _ in range(2):
        assert record_refused_in_dropbox(office.settings, [refused, nameless]) == [nameless.reason]
    assert [found.delivery_id for found in holding_refusals(office.settings, since)] == [name]
    assert office.send().delivered == 1
    text = (yard.root / HOUSING / "outgoing" / f"{name}_report.txt").read_text(encoding="utf-8")
    assert "REFUSED" in text and "transfer_refused" in text
