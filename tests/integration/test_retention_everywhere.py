"""Two whole runs by Dagster, a drop-box among the routes: of a family that left nothing remains in any place at all."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dagster_project.dropbox.demo import demo_dropbox, upload_delivery
from dagster_project.governance.access.scopes import Scope
from dagster_project.governance.exports.dashboard import export_dashboard
from dagster_project.governance.opt_out import checks
from dagster_project.governance.retention.record_hash import read_key, record_hmac
from dagster_project.settings import Settings
from tests.access_kit import let_in
from tests.council_kit import with_lines
from tests.linkage.population import HOMES, nhs_number
from tests.retention_kit import LAST_NAMES, Found, Town, ended, pack_files, pack_of, rows, search
from tests.warehouse_kit import bootstrapped

# Two whole runs: a minute each on a machine that does nothing else.
pytestmark = pytest.mark.timeout(900)
DAY = date(2026, 11, 21)
LANDLORD = "northbank_ha"
# As the schedule runs it: the inbox, and what the drop-box has.
RUN = """
import sys
from datetime import date
from pathlib import Path
from dagster_project.defs.launch import run_publish_job
from dagster_project.settings import load_settings

if __name__ == "__main__":
    home, agreement, day = sys.argv[1:]
    settings = load_settings(Path(home), Path(agreement))
    outcome = run_publish_job(settings, [settings.inbox, settings.landing_dir], date.fromisoformat(day), True, print)
    print(*outcome.failures, sep="\\n")
    sys.exit(0 if outcome.succeeded else 1)
"""
# What each holds after a run, all of it searched.
PLACES = ("dagster", "dbt_target", "dropbox", "evidence", "logs", "outgoing", "quality", "secrets")


@dataclass(frozen=True)
class Two:
    """What was found of the family before the first run, after it, and after the second."""

    settings: Settings
    town: Town
    delivered: Found
    held: Found
    left: Found
    said: str
    number_file: Path
    export: Path


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("everywhere")
    town = Town()
    town.add("stays", 1)
    town.add("leaves", 2, tenant=True)
    # Adults' care knows the family as well, so their number is asked about; and the landlord has the tenant, too.
    adult = town.council.adult(f"Ann {LAST_NAMES['leaves']}", "2014-02-03", nhs_number=nhs_number(2))
    town.records["leaves"] += [("fakeshire_asc", adult), (LANDLORD, town.records["leaves"][-1][1])]
    with bootstrapped(folder / "home") as bare, demo_dropbox(bare, [LANDLORD]) as dropbox:
        settings = replace(bare, agreement_file=folder / "agreement.yaml")
        shipped = bare.agreement_file.read_text(encoding="utf-8")
        window = next(line for line in shipped.splitlines() if "raw_keep_days: 7" in line)
        at_once = with_lines(shipped, (window, "  raw_keep_days: 0"), ("  setting: not_applicable", "  setting: yes"))
        settings.agreement_file.write_text(at_once, encoding="utf-8")

        def deliver(day: date) -> None:
            pack_files(settings, town.council, day)
            outbox = folder / f"landlord-{day}"
            pack_of(outbox, town.council, LANDLORD, "social_housing", HOMES, day)
            upload_delivery(dropbox.endpoint_of(LANDLORD), outbox)

        deliver(DAY)
        delivered = search(settings, town.values("leaves"))
        said = run(settings, DAY)
        held = search(settings, town.values("leaves"))
        let_in(settings, "stella.fenwick", "data_steward", Scope())
        exported = export_dashboard(settings, "stella.fenwick", "housing_priority", None)
        asked = checks.write_check(settings, "X26ABC123", "P. Patel")
        assert nhs_number(2) in asked.path.read_text(encoding="utf-8")
        ended(town.council, {town.case("leaves"): DAY.isoformat()})
        deliver(DAY + timedelta(days=1))
        said += run(settings, DAY + timedelta(days=1))
        left = search(settings, town.values("leaves"))
        yield Two(settings, town, delivered, held, left, said, asked.path, exported.path)


def run(settings: Settings, day: date) -> str:
    words = [sys.executable, "-c", RUN, str(settings.home), str(settings.agreement_file), day.isoformat()]
    done = subprocess.run(words, cwd=settings.project_root, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def test_the_family_came_by_both_routes_and_was_held(two: Two) -> None:
    routes = {name.split("/")[0] for name in two.delivered.in_files}
    assert {"inbox", "dropbox"} <= routes
    assert {"mart.dim_person", "matched.person_records", f"raw.ren_tenants__{LANDLORD}"} <= two.held.in_dump
    shown = "select count(*) from control.publishes"
    assert rows(two.settings, shown) == [(2,)]


def test_every_place_that_is_searched_has_something_to_search(two: Two) -> None:
    for name in PLACES:
        assert any(path.is_file() for path in (two.settings.home / name).rglob("*")), name
    assert {name.split("/")[0] for name in two.held.in_files} == {"postgres"}, "the server's own files are searched"


def test_nothing_of_a_family_that_left_is_in_any_table_file_or_log(two: Two) -> None:
    assert two.left.nowhere, two.left
    assert not any(value.lower() in two.said.lower() for value in two.town.values("leaves"))
    assert not two.number_file.exists()
    assert not two.export.exists()


def test_while_they_were_held_no_log_report_or_page_named_them(two: Two) -> None:
    """Before they left, too, they stood in the database alone: `raw_keep_days` is 0, so the files were gone."""
    assert {name.split("/")[0] for name in two.held.in_files} == {"postgres"}


def test_whoever_stays_is_still_shown(two: Two) -> None:
    [(last,)] = rows(two.settings, "select distinct last_name from mart.dim_person")
    assert last == "Staysquill"


def test_the_tombstones_prove_it(two: Two) -> None:
    key = read_key(two.settings)
    stones = {stone for (stone,) in rows(two.settings, "select record_hmac from control.deletions where rule = 'R0'")}
    assert {record_hmac(key, *record) for record in two.town.records["leaves"]} == stones
