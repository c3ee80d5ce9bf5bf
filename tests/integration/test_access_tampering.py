"""A control of access that is taken away by hand: the run's gate and publish refuse, name it, and the mart stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg
import pytest

from dagster_project.defs.gate.verdict import verdict
from dagster_project.defs.publish.mart import published_mart
from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.access.controls import row_rule
from dagster_project.governance.gate import judge
from dagster_project.governance.publish import PublishRefused, last_publish, publish
from dagster_project.governance.summary import run_summary
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.access_kit import let_in
from tests.access_world import PEOPLE, population
from tests.council_kit import AS_AT, Pipeline, deliver
from tests.warehouse_kit import mart_fingerprint

FIRST, NEXT = "p_1", "p_2"
OFFICER = PEOPLE["ta_officer"]


@dataclass(frozen=True)
class Tampering:
    """What a hand does in the database, what takes it back, and how it is named."""

    done: str
    undone: str
    named: str


BY_HAND = {
    "a right of everybody": Tampering(
        "grant select on mart.dim_person to public",
        "revoke select on mart.dim_person from public",
        "published_access_stands.*not meant: dim_person: SELECT for everybody",
    ),
    "a right of another function": Tampering(
        "grant select (has_ehcp) on mart_candidate.fct_person_indicators to fn_adults_worker",
        "revoke select (has_ehcp) on mart_candidate.fct_person_indicators from fn_adults_worker",
        "access_as_agreed.*not meant: fct_person_indicators.has_ehcp: SELECT for fn_adults_worker",
    ),
    "a right less": Tampering(
        "revoke select (gender) on mart_candidate.dim_person from fn_ta_officer",
        "grant select (gender) on mart_candidate.dim_person to fn_ta_officer",
        "access_as_agreed.*missing: dim_person.gender: SELECT for fn_ta_officer",
    ),
    "a policy": Tampering(
        "drop policy fn_adults_worker on mart_candidate.dim_person",
        "create policy fn_adults_worker on mart_candidate.dim_person for select to fn_adults_worker"
        f" using {row_rule('own_caseload', 'dim_person')}",
        "access_as_agreed.*missing: dim_person: policy fn_adults_worker",
    ),
    "row level security": Tampering(
        "alter table mart.dim_household disable row level security",
        "alter table mart.dim_household enable row level security",
        "published_access_stands.*missing: dim_household: row level security on",
    ),
    "a power to pass by": Tampering(
        "alter role fn_adults_worker bypassrls",
        "alter role fn_adults_worker nobypassrls",
        "roles_as_registered.*not meant: role fn_adults_worker passes by row security",
    ),
    "a superuser": Tampering(
        'alter role "hal.fenwick" superuser',
        'alter role "hal.fenwick" nosuperuser',
        "roles_as_registered.*not meant: role hal.fenwick superuser",
    ),
    "a function that logs in": Tampering(
        "alter role fn_planner login",
        "alter role fn_planner nologin",
        "roles_as_registered.*not meant: role fn_planner logs in",
    ),
    "a membership": Tampering(
        'grant fn_data_steward to "hal.fenwick"',
        'revoke fn_data_steward from "hal.fenwick"',
        "roles_as_registered.*not meant: hal.fenwick is in fn_data_steward",
    ),
    "a view for readers": Tampering(
        "create view mart.everybody as select first_name from mart.dim_person;"
        " grant select on mart.everybody to fn_planner",
        "drop view mart.everybody",
        "published_access_stands.*not meant: everybody: SELECT for fn_planner",
    ),
}


@pytest.fixture(scope="module")
def published(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A published council with a user of each function, and the next candidate, built and not yet judged."""
    deliver(own_warehouse, population())
    made = Pipeline(own_warehouse, tmp_path_factory.mktemp("dbt"))
    made.build_once(FIRST)
    for function, person in PEOPLE.items():
        let_in(own_warehouse, person.login, function, person.scope)
    made.publish(FIRST)
    made.build_once(NEXT)
    return own_warehouse


@pytest.fixture
def tampered(
    request: pytest.FixtureRequest, published: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Settings, str]]:
    """The installation with one control taken away by hand, until the test has ended."""
    tampering = BY_HAND[request.param]
    use(monkeypatch, published)
    by_hand(published, tampering.done)
    yield published, tampering.named
    by_hand(published, tampering.undone)


def use(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Let what runs in this process work on that installation."""
    monkeypatch.setenv("HEARTHLINK_HOME", str(settings.home))
    monkeypatch.setenv("HEARTHLINK_AGREEMENT", str(settings.agreement_file))


def by_hand(settings: Settings, statements: str) -> None:
    with connect(settings, "admin") as conn:
        conn.execute(statements.encode())


def run_to_the_end() -> dg.ExecuteInProcessResult:
    """The last two steps of a run, gate and publish, by Dagster."""
    return dg.materialize(
        [verdict, published_mart],
        resources={"hearthlink": HearthlinkRun(as_at=AS_AT.isoformat())},
        raise_on_error=False,
    )


def seen(settings: Settings) -> set[str]:
    with connect(settings, OFFICER.login) as conn:
        return {name for (name,) in conn.execute("select first_name from mart.dim_person").fetchall()}


def standing(settings: Settings) -> str:
    """The publish that people read."""
    last = last_publish(settings)
    assert last is not None
    return last.publish_id


@pytest.mark.parametrize("tampered", BY_HAND, indirect=True)
def test_what_a_hand_took_away_stops_the_publish_and_is_named(tampered: tuple[Settings, str]) -> None:
    settings, named = tampered
    before = mart_fingerprint(settings)
    run = run_to_the_end()
    assert not run.success
    assert not run.asset_materializations_for_node("publish__mart")
    told = [f"{check}: {controls}" for suite, check, _, controls in run_summary(settings).failed_checks]
    assert [line for line in told if re.search(named, line)], told
    with pytest.raises(PublishRefused, match=named):
        publish(settings, NEXT)
    assert (standing(settings), mart_fingerprint(settings)) == (FIRST, before)
    assert seen(settings) == OFFICER.sees


@pytest.mark.parametrize("tampering", ["row level security", "a power to pass by", "a membership"])
def test_what_is_taken_away_after_the_gate_stops_the_publish_too(published: Settings, tampering: str) -> None:
    assert judge(published, NEXT).failed == ()
    by_hand(published, BY_HAND[tampering].done)
    try:
        with pytest.raises(PublishRefused, match=BY_HAND[tampering].named.rpartition(".*")[2]):
            publish(published, NEXT)
    finally:
        by_hand(published, BY_HAND[tampering].undone)
    assert standing(published) == FIRST


def test_with_every_control_put_back_the_same_candidate_is_published(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, published)
    run = run_to_the_end()
    assert run.success
    assert standing(published) == NEXT
    assert seen(published) == OFFICER.sees
