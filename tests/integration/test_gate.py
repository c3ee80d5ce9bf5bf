"""The gate as a whole: what it stores, that it fails closed, and that a failure leaves the published mart alone."""

from collections.abc import Iterator

import pytest

from dagster_project.governance import gate
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.gate import SUITES, judge
from dagster_project.governance.publish import PublishRefused, publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests import gate_kit as kit
from tests import gate_world as data
from tests.warehouse_kit import mart_fingerprint

NEXT = "p_20261121_0001"


@pytest.fixture
def world(own_warehouse: Settings) -> Iterator[Settings]:
    kit.build_world(own_warehouse)
    yield own_warehouse
    with connect(own_warehouse, "admin") as conn:
        conn.execute("delete from control.publishes")


def stored(settings: Settings, publish_id: str) -> tuple[bool, int, int]:
    """Stored verdict: passed, checks, failed checks."""
    with connect(settings, "hl_publisher") as conn:
        row = conn.execute(
            "select runs.passed, count(*), count(*) filter (where not verdicts.passed)"
            " from control.gate_runs as runs left join control.gate_verdicts as verdicts using (publish_id)"
            " where publish_id = %s group by runs.passed",
            [publish_id],
        ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def test_a_sound_candidate_passes_and_its_verdict_is_stored(world: Settings) -> None:
    result = judge(world, data.PUBLISH_ID)
    assert result.failed == ()
    assert result.passed
    assert {check.suite for check in result.checks} == set(SUITES)
    assert stored(world, data.PUBLISH_ID) == (True, len(result.checks), 0)


def test_judging_leaves_no_connection_open(world: Settings) -> None:
    judge(world, data.PUBLISH_ID)
    with connect(world, "admin") as conn:
        left = conn.execute(
            "select count(*) from pg_stat_activity where usename = 'hl_publisher' and pid <> pg_backend_pid()"
        ).fetchone()
    assert left == (0,)


def test_judging_again_replaces_the_verdict(world: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.without_suites(monkeypatch)
    kit.alter(world, "create table mart_candidate.scratch (publish_id text)")
    assert not judge(world, data.PUBLISH_ID).passed
    kit.build_world(world)
    assert judge(world, data.PUBLISH_ID).passed
    assert stored(world, data.PUBLISH_ID)[0] is True


def test_a_failed_gate_leaves_the_mart_byte_for_byte(world: Settings) -> None:
    kit.judge_lightly(world, data.PUBLISH_ID)
    publish(world, data.PUBLISH_ID)
    before = mart_fingerprint(world)
    kit.build_world(world, NEXT)
    kit.alter(
        world,
        "update mart_candidate.fct_person_indicators set is_at_risk_of_eviction = 'X'",
    )
    result = judge(world, NEXT)
    assert result.failed == ("mart_indicators.fct_person_indicators.is_at_risk_of_eviction.flag",)
    with pytest.raises(PublishRefused, match=r"is_at_risk_of_eviction\.flag"):
        publish(world, NEXT)
    assert mart_fingerprint(world) == before


@pytest.mark.parametrize("part", ["run_gate", "read_catalogue", "read_facts", "load_agreement"])
def test_a_gate_that_cannot_finish_has_failed(world: Settings, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    def fall_over(*_: object, **__: object) -> None:
        raise RuntimeError("Quillfeather")

    monkeypatch.setattr(gate, part, fall_over)
    result = judge(world, data.PUBLISH_ID)
    assert not result.passed
    assert result.failed == ("gate.completed",)
    assert stored(world, data.PUBLISH_ID) == (False, 1, 1)
    with pytest.raises(PublishRefused, match=r"gate\.completed"):
        publish(world, data.PUBLISH_ID)


def test_a_suite_without_a_check_fails_the_gate(world: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "run_gate", lambda *_: ())
    result = judge(world, data.PUBLISH_ID)
    assert result.failed == ()
    assert not result.passed
    with pytest.raises(PublishRefused, match="not complete"):
        publish(world, data.PUBLISH_ID)


def test_an_agreement_edited_during_the_run_fails_the_gate(world: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.without_suites(monkeypatch)
    monkeypatch.setattr(gate, "file_sha256", lambda _: "0" * 64)
    assert "gate.agreement_unchanged" in judge(world, data.PUBLISH_ID).failed


def test_a_verdict_on_another_run_fails_the_gate(world: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.without_suites(monkeypatch)
    assert judge(world, NEXT).failed == ("gate.judges_this_run",)


def test_a_warehouse_without_a_run_fails_the_gate(world: Settings) -> None:
    kit.alter(world, "delete from agreement.run_context", login="hl_loader")
    assert judge(world, data.PUBLISH_ID).failed == ("gate.completed",)


def test_a_published_verdict_is_never_replaced(world: Settings) -> None:
    kit.judge_lightly(world, data.PUBLISH_ID)
    publish(world, data.PUBLISH_ID)
    with pytest.raises(GovernanceError, match="published already"):
        judge(world, data.PUBLISH_ID)
    assert stored(world, data.PUBLISH_ID)[0] is True
