"""Nothing that is held of people is a score (Art. 22 UK GDPR, clause PU-05): the fact of a run finds one anywhere.

A link has a rule, a tier and flags; what people decide of links is no score, nor what a partner's system calls a rank.
Each publish of the other tests asks the same of the real tables.
"""

from collections.abc import Iterator
from typing import cast

import pytest

from dagster_project.agreement.model import Agreement
from dagster_project.governance.evidence.facts_product import no_score_column
from dagster_project.governance.evidence.record import RunRecord
from dagster_project.governance.evidence.world import World
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.gate_kit import build_world


@pytest.fixture(scope="module")
def built(own_warehouse: Settings) -> Settings:
    build_world(own_warehouse)
    return own_warehouse


@pytest.fixture
def world(built: Settings) -> Iterator[World]:
    """Its columns can be added to: nothing of it stays."""
    with connect(built, "admin") as conn:
        yield World(built, cast(Agreement, None), cast(RunRecord, None), conn)
        conn.rollback()


def with_column(world: World, table: str, column: str) -> bool:
    assert no_score_column(world).passed
    world.conn.execute(f"alter table {table} add {column} numeric".encode())
    return no_score_column(world).passed


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("mart_candidate.dim_person", "housing_priority"),
        ("mart_candidate.dim_person", "decision"),
        ("matched.links", "match_probability"),
        ("matched.people", "risk_scores"),
        ("staged.stg_csc_persons", "risk_level"),
        ("raw.csc_persons", "vulnerability_rating"),
        ("control.person_keys", "ranking"),
        ("hold.held_rows", "score"),
    ],
)
def test_a_score_is_found_in_every_schema(world: World, table: str, column: str) -> None:
    assert not with_column(world, table, column)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("matched.people", "underscored"),
        ("matched.review_queue", "decision"),
        ("staged.stg_edu_pupils", "need_rank"),
        ("staged.stg_hou_homeless_cases", "main_decision"),
    ],
)
def test_a_persons_decision_and_a_partners_own_word_are_none(world: World, table: str, column: str) -> None:
    world.conn.execute(f"alter table {table} drop column if exists {column}".encode())
    assert with_column(world, table, column)


def test_a_run_without_a_candidate_proves_nothing(world: World) -> None:
    world.conn.execute("drop schema mart_candidate cascade")
    assert not no_score_column(world).passed
