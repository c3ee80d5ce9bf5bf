"""A whole run under an agreement that approves Splink and every near match: it links, asks, explains, tells nothing."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest

from dagster_project.agreement.content import MatchMethod
from dagster_project.demo.reading import read_person_rows
from dagster_project.settings import Settings, load_settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.embedded import destroy
from tests.council_kit import with_lines
from tests.delivery_kit import AS_AT
from tests.unit.test_worklist import opened

pytestmark = pytest.mark.timeout(900)
ROOT = Path(__file__).parents[2]
PEOPLE = "1000"
STEWARD = "Rosa Quill"
OFF = "  - {tier: 5, name: other_method, enabled: false, action: review}"
ON = "  - tier: 5\n    name: other_method\n    enabled: true\n    action: link\n    methods:"
METHOD = "      - {{id: {}, action: {}, approved: {{by: Head of IT Services, date: -20}}}}"
SPLINK = ("splink_alike", "splink_very_alike")
IDENTIFIERS = ("nhs_number", "nino", "upn", "former_upn", "uln", "social_care_id", "education_id", "person_id")
# From this length on letters and digits are nobody's id by chance, wherever the text breaks them.
LONG = 9
# What the deliveries are, what is kept from everybody, and the database, whose tables are asked one by one.
HOLD_RECORDS = {"demo", "dropbox", "inbox", "landing", "postgres", "secrets"}


@dataclass(frozen=True)
class Ran:
    """A published demo, what its commands printed, its worklist, and the identifiers that were delivered by column."""

    settings: Settings
    said: dict[str, str]
    worklist: list[dict[str, str]]
    delivered: dict[str, set[str]]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with connect(self.settings, "admin") as conn:
            return conn.execute(query.encode()).fetchall()

    def told_by(self, text: str) -> set[str]:
        """Identifiers that stand in a text, whole or in groups of digits."""
        words, joined = set(re.findall(r"[A-Z0-9]+", text.upper())), _joined(text)
        identifiers = set().union(*self.delivered.values())
        return {word for word in identifiers if word in words or (len(word) >= LONG and word in joined)}


def _joined(text: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "", text.upper())


def hearthlink(settings: Settings, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dagster_project.cli", *words, "--home", str(settings.home)],
        cwd=ROOT,
        env=os.environ | {"HEARTHLINK_AGREEMENT": str(settings.agreement_file)},
        capture_output=True,
        text=True,
        check=False,
        timeout=800,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def approving_all(shipped: str) -> str:
    """The shipped agreement with tier 5 on: Splink's surest pairs are linked, all others are asked."""
    methods = [
        METHOD.format(method, "link" if method == "splink_very_alike" else "review") for method in get_args(MatchMethod)
    ]
    return with_lines(shipped, (OFF, "\n".join([ON, *methods])))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("tier_5")
    agreement, worklist = folder / "agreement.yaml", folder / "worklist.xlsx"
    agreement.write_text(approving_all((ROOT / "agreement.yaml").read_text(encoding="utf-8")), encoding="utf-8")
    settings = load_settings(home=folder / "home", agreement=agreement)
    try:
        said = {"demo": hearthlink(settings, "demo", "--people", PEOPLE, "--as-at", AS_AT)}
        said["export"] = hearthlink(settings, "review", "export", "--as", STEWARD, "--out", str(worklist))
        said["list"] = hearthlink(settings, "review", "list")
        password = re.search(r"password: (\S+)", said["export"])
        assert password
        header, *lines = opened(worklist, password[1])["Worklist"].iter_rows(values_only=True)
        deliveries = next((settings.home / "demo").glob("council-*/deliveries"))
        people = [row for _, row in read_person_rows(deliveries)]
        delivered = {name: {_joined(row.get(name, "")) for row in people} - {""} for name in IDENTIFIERS}
        yield Ran(
            settings,
            said,
            [dict(zip(map(str, header), (str(cell or "") for cell in line), strict=True)) for line in lines],
            delivered,
        )
    finally:
        destroy(settings)


def test_splink_links_its_surest_pairs_and_asks_about_others(ran: Ran) -> None:
    linked = dict(ran.rows("select rule, count(*) from matched.links where tier = 5 group by rule"))
    asked = dict(ran.rows("select rule, count(*) from matched.review_queue where tier = 5 group by rule"))
    assert set(linked) == {"splink_very_alike"}
    assert set(asked) & set(SPLINK)
    assert set(asked) - set(SPLINK), "no near match is left to ask about: this run shows less than it should"
    assert "tier 5" in ran.said["demo"]


def test_an_explanation_names_the_model(ran: Ran) -> None:
    told = ran.rows("select person_key, explanation from matched.link_explanations where weakest_tier = 5")
    assert told and all("the optional Splink model finds the two records very alike" in words for _, words in told)
    assert "Splink" in hearthlink(ran.settings, "explain", told[0][0])


def test_the_worklist_names_the_rule_of_each_question(ran: Ran) -> None:
    queue = ran.rows("select item_id, rule from matched.review_queue")
    assert {line["item"]: line["rule"] for line in ran.worklist} == dict(queue)
    assert {line["rule"] for line in ran.worklist} & set(SPLINK)


def test_the_report_counts_its_links_by_name(ran: Ran) -> None:
    found = ran.rows("select category from matched.linkage_report where measure = 'links' and breakdown = 'rule'")
    assert ("tier 5: splink_very_alike",) in found


def test_no_identifier_of_anybody_is_told(ran: Ran) -> None:
    tables = {
        "links": "select link_id, rule, tier, evidence from matched.links",
        "review_queue": "select item_id, reason, rule, tier, evidence, decision from matched.review_queue",
        "explanations": "select person_key, link_path, explanation from matched.link_explanations",
        "report": "select * from matched.linkage_report",
        "kept report": "select * from control.linkage_history",
    }
    texts = {name: str(ran.rows(query)) for name, query in tables.items()}
    texts |= ran.said | {"worklist": str(ran.worklist)}
    texts |= {
        str(path.relative_to(ran.settings.home)): path.read_bytes().decode("utf-8", errors="replace")
        for path in ran.settings.home.rglob("*")
        if path.is_file() and path.relative_to(ran.settings.home).parts[0] not in HOLD_RECORDS
    }
    assert {name: told for name, text in texts.items() if (told := ran.told_by(text))} == {}
    looked_at = {name.split("/")[0] for name in texts}
    assert looked_at >= {"logs", "dagster", "dbt_target", "evidence", "quality", *tables}
    assert any(name.endswith("linkage.html") for name in texts)


def test_the_review_queue_holds_the_ids_of_its_two_records_and_no_number_of_a_person(ran: Ran) -> None:
    queue = str(ran.rows("select * from matched.review_queue"))
    assert ran.told_by(queue) and ran.told_by(queue) <= ran.delivered["person_id"]


@pytest.mark.parametrize("column", ["nhs_number", "nino", "upn", "person_id", "social_care_id", "education_id"])
def test_an_identifier_that_was_told_would_be_found(ran: Ran, column: str) -> None:
    [number, *_] = sorted(ran.delivered[column])
    assert number in ran.told_by(f"ta|{number.lower()}, 'agree'")
    assert len(number) < LONG or number in ran.told_by(f"no. {number[:3]} {number[3:6]}-{number[6:]}.")
