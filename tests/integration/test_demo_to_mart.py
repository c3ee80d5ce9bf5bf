"""The main job end to end: land over both routes, build, gate, publish, read; and what must not publish."""

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.agreement.model import load_agreement
from dagster_project.cli_demo import OFFICER
from dagster_project.settings import Settings, load_settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.embedded import destroy
from tests.delivery_kit import (
    AS_AT,
    CANARY,
    FAULTY_NUMBER,
    end_all_placements,
    end_of_data_mark,
    fate_of_faulty_numbers,
    files_naming,
    missing_column,
    one_byte,
    open_quote,
    plant_canary,
    truncated,
    utf_16,
)
from tests.item_kit import columns_that_tell_nothing, days_later
from tests.warehouse_kit import mart_fingerprint

ROOT = Path(__file__).parents[2]
PEOPLE = "600"


def hearthlink(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dagster_project.cli", *words, "--home", str(settings.home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


def rows(result: subprocess.CompletedProcess[str]) -> list[dict[str, str]]:
    assert result.returncode == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, subprocess.CompletedProcess[str]]]:
    settings = load_settings(home=tmp_path_factory.mktemp("demo") / "home")
    result = hearthlink(settings, "demo", "--people", PEOPLE, "--as-at", AS_AT)
    yield settings, result
    destroy(settings)


@pytest.fixture
def deliveries(published: tuple[Settings, object], tmp_path: Path) -> Path:
    """A copy of the demo's deliveries, to be damaged."""
    source = next((published[0].home / "demo").glob("council-*/deliveries"))
    return Path(shutil.copytree(source, tmp_path / "deliveries"))


def test_demo_publishes_and_says_where_to_go_next(published: tuple[Settings, subprocess.CompletedProcess[str]]) -> None:
    _, result = published
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Where to go next" in result.stdout


def test_all_27_extracts_are_loaded_and_one_partner_came_by_sftp(published: tuple[Settings, object]) -> None:
    settings, _ = published
    found = rows(hearthlink(settings, "query", "--csv", "select extract from control.current_snapshots group by 1"))
    assert len(found) == 27
    with connect(settings, "hl_loader") as conn:
        sftp = conn.execute(
            "select partner, transport ->> 'cipher' from control.deliveries where route = 'sftp' and status = 'loaded'"
        ).fetchall()
    assert [row[0] for row in sftp] == ["northbank_ha"]
    assert "aes256" in sftp[0][1]


def test_officer_reads_the_mart_and_nothing_else(published: tuple[Settings, object]) -> None:
    settings, _ = published
    people = rows(hearthlink(settings, "query", "--as", OFFICER, "--csv", "select count(*) as n from mart.dim_person"))
    assert int(people[0]["n"]) > 0
    for table in (
        "matched.people",
        "raw.csc_persons",
        "staged.stg_csc_persons",
        "control.deliveries",
        "mart_candidate.dim_person",
    ):
        refused = hearthlink(settings, "query", "--as", OFFICER, f"select * from {table} limit 1")
        assert refused.returncode == 1
        assert "permission denied" in refused.stderr


def test_every_person_shown_is_in_temporary_accommodation_and_linked(published: tuple[Settings, object]) -> None:
    settings, _ = published
    found = rows(
        hearthlink(
            settings,
            "query",
            "--csv",
            """
            select
                count(*) as people,
                count(*) filter (where is_in_temporary_accommodation = 'Y') as in_ta,
                count(*) filter (
                    where exists (
                        select 1 from matched.person_records as records
                        where records.person_key = facts.person_key and records.source <> 'housing'
                    )
                ) as linked
            from mart.fct_person_indicators as facts
            """,
        )
    )[0]
    assert int(found["people"]) > 0
    assert found["people"] == found["in_ta"] == found["linked"]


def test_the_linkage_report_is_kept_with_the_publish_and_gives_no_small_count_away(
    published: tuple[Settings, object],
) -> None:
    settings, _ = published
    with connect(settings, "hl_analyst") as conn:
        kept = conn.execute("select measure, breakdown, category, counted from control.linkage_history").fetchall()
        [(people,)] = conn.execute("select count(*) from matched.people").fetchall()
        links = dict(conn.execute("select 'tier ' || tier || ': ' || rule, count(*) from matched.links group by 1"))
    counted = {(measure, breakdown, category): number for measure, breakdown, category, number in kept}
    assert counted["people", "all", "all"] == people
    assert {number for number in counted.values() if number is not None}.isdisjoint(range(1, 5))
    by_rule = {name[2]: number for name, number in counted.items() if name[:2] == ("links", "rule")}
    hidden = [number for rule, number in links.items() if by_rule[rule] is None]
    assert all(number in (None, links.get(rule)) for rule, number in by_rule.items())
    assert not hidden or (len(hidden) > 1 and sum(hidden) >= 5)


def test_every_partner_finds_a_report_where_it_delivered(published: tuple[Settings, object]) -> None:
    home = published[0].home
    told = {path.name: path.read_text(encoding="utf-8") for path in home.glob("outgoing/*/*_report.txt")}
    told |= {path.name: path.read_text(encoding="utf-8") for path in home.glob("dropbox/northbank_ha/outgoing/*.txt")}
    assert len(told) == 7
    assert all("ACCEPTED" in text for text in told.values())
    assert "\nnhs_number" in told["northbank_ha_20261122_001_report.txt"]


def test_there_is_a_page_on_data_quality_per_partner(published: tuple[Settings, object]) -> None:
    pages = {path.name for path in (published[0].home / "quality").iterdir()}
    assert pages == {"index.html", *(f"{path.name}.html" for path in (published[0].home / "inbox").iterdir())} | {
        "northbank_ha.html"
    }


def test_no_item_is_empty_for_everybody_and_each_flag_says_yes_and_no(published: tuple[Settings, object]) -> None:
    facts = rows(hearthlink(published[0], "query", "--csv", "select * from mart.fct_person_indicators"))
    assert columns_that_tell_nothing(load_agreement(published[0].agreement_file), facts) == []


def test_a_feed_withheld_too_long_empties_its_items_and_says_so(
    published: tuple[Settings, object], tmp_path: Path
) -> None:
    # children's care and the placements may be three days old, the others ten
    later = days_later(published[0], 5, tmp_path)
    assert min(later.answers_before) > 0
    assert later.answers_of_old_files == (0, 0, 0, 0)
    assert min(later.answers_of_current_files) > 0
    assert later.partners["fakeshire_edu"] == ("Y", None)
    current, text = later.partners["fakeshire_csc"]
    assert (current, f"child protection plans (data to {AS_AT}, may be 3 days old)" in (text or "")) == ("N", True)
    assert later.address_statuses <= {"not_current", "withheld"}
    assert "dim_person.scope_current" in later.failed_checks  # who is placed decides who is shown


def test_second_demo_gives_the_same_counts(published: tuple[Settings, subprocess.CompletedProcess[str]]) -> None:
    settings, first = published
    second = hearthlink(settings, "demo", "--people", PEOPLE, "--as-at", AS_AT)
    assert second.returncode == 0, second.stdout + second.stderr

    def counted(text: str) -> list[str]:
        return [line for line in text.splitlines() if "rows" in line or "links" in line or "review" in line]

    assert counted(second.stdout) == counted(first.stdout)
    assert counted(second.stdout)


@pytest.mark.parametrize("damage", [one_byte, missing_column, truncated, end_of_data_mark, open_quote, utf_16])
def test_damaged_delivery_is_refused_by_name_and_the_mart_stands(
    published: tuple[Settings, object], deliveries: Path, damage
) -> None:
    settings, _ = published
    before = mart_fingerprint(settings)
    name = damage(deliveries)
    result = hearthlink(settings, "run", "--deliveries", str(deliveries), "--as-at", AS_AT)
    said = result.stdout + result.stderr
    assert result.returncode == 1, said
    assert name in said
    assert mart_fingerprint(settings) == before
    report = settings.home / "outgoing" / "fakeshire_edu" / "fakeshire_edu_20261122_001_report.txt"
    assert "REFUSED" in report.read_text(encoding="utf-8")


def test_failed_gate_keeps_the_mart_and_no_output_names_anybody(
    published: tuple[Settings, object], deliveries: Path
) -> None:
    settings, _ = published
    before = mart_fingerprint(settings)
    plant_canary(deliveries / "fakeshire_edu", "edu_pupils")
    plant_canary(deliveries / "fakeshire_ta", "hou_household_members", nhs_number=FAULTY_NUMBER)
    end_all_placements(deliveries / "fakeshire_ta")
    result = hearthlink(settings, "run", "--deliveries", str(deliveries), "--as-at", AS_AT)
    said = result.stdout + result.stderr
    assert (result.returncode, "gate" in said) == (1, True), said
    assert mart_fingerprint(settings) == before
    with connect(settings, "hl_loader") as conn:
        landed = conn.execute("select count(*) from raw.edu_pupils where legal_last_name = %s", [CANARY]).fetchone()
    assert landed and landed[0] > 0
    assert CANARY.lower() not in said.lower()
    assert files_naming(settings.home, CANARY) == []
    planted, counted, keys = fate_of_faulty_numbers(settings)
    assert planted == counted == 20 and keys == 0
