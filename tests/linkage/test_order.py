"""Neither the order of rows nor what partners and records are called decides who is one person, tier 5 included."""

import random
from pathlib import Path
from typing import get_args

import pytest

from dagster_project.agreement.content import MatchMethod
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.linkage import population
from tests.linkage.population import Council, dbt, load
from tests.linkage.random_council import PEOPLE, some_council

IDS = ("person_id", "case_id", "placement_id", "social_care_id", "education_id")
POOL = "select partner, record_id, cluster_id from matched.linked_clusters"
TABLES = (
    "run_context",
    "item_settings",
    "retention_settings",
    "partners",
    "lawful_identifiers",
    "match_rules",
    "match_methods",
)


def renamed(council: Council, partners: dict[str, str], dice: random.Random) -> tuple[Council, dict[str, str]]:
    """The same people: other partner codes, other ids, rows in another order. And the old name of each new one."""
    ids: dict[str, str] = {}
    other = Council()
    for (extract, partner), rows in council.rows.items():
        changed = [
            {
                column: ids.setdefault(value, f"R{dice.randrange(10**12):012d}") if value and column in IDS else value
                for column, value in row.items()
            }
            for row in rows
        ]
        dice.shuffle(changed)
        other.rows[extract, partners[partner]] = changed
    return other, {new: old for old, new in (ids | partners).items()}


def link(settings: Settings, council: Council, folder: Path) -> set[frozenset[tuple[str, str]]]:
    """Who is one person, as sets of (partner, record id)."""
    with connect(settings, "admin") as conn:
        for table in TABLES:
            conn.execute(f"delete from agreement.{table}")  # pyright: ignore[reportArgumentType, reportCallIssue]
    load(settings, council)
    with connect(settings, "admin") as conn:
        conn.execute("update agreement.match_rules set enabled = true")
        for method in get_args(MatchMethod):
            conn.execute("insert into agreement.match_methods values (%s, 'link')", (method,))
    dbt(settings, folder, "build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test",
        "--select", "staged matched resource_type:seed,linkage_*", "--vars", "link_everybody: true")  # fmt: skip
    clusters: dict[str, set[tuple[str, str]]] = {}
    with connect(settings, "hl_analyst") as conn:
        for partner, record, cluster in conn.execute(POOL).fetchall():
            clusters.setdefault(cluster, set()).add((partner, record))
    return {frozenset(records) for records in clusters.values()}


def test_order_and_names_of_partners_and_records_decide_nothing(
    own_warehouse: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(20261122)
    council = some_council(dice)
    first = link(own_warehouse, council, tmp_path / "first")
    known = population._PARTNERS  # pyright: ignore[reportPrivateUsage]
    partners = dict(zip(known, ["z_ta", "y_homes", "x_csc", "w_asc", "v_edu", "u_other"], strict=True))
    monkeypatch.setattr(population, "_PARTNERS", {partners[code]: kind for code, kind in known.items()})
    other, old = renamed(council, partners, dice)
    second = link(own_warehouse, other, tmp_path / "second")
    assert {frozenset((old[partner], old[record]) for partner, record in person) for person in second} == first
    assert sum(len(person) > 1 for person in first) > PEOPLE / 4
