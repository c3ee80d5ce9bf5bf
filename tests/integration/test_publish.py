"""Publishing trusts the stored verdict only, and only while everything it judged still stands."""

from collections.abc import Iterator

import pytest

from dagster_project.governance import publish as publishing
from dagster_project.governance.publish import PublishRefused, last_publish, publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.fingerprint import schema_fingerprint
from tests import gate_kit as kit
from tests import gate_world as data

NEXT = "p_20261121_0001"

CHANGES = {
    "row": (
        "hl_dbt",
        "update mart_candidate.dim_person set first_name = 'Zed' where first_name = 'Bo'",
        "candidate",
    ),
    "column": (
        "hl_dbt",
        "alter table mart_candidate.dim_person add nhs_number text",
        "candidate",
    ),
    "grant": (
        "hl_dbt",
        "grant select on mart_candidate.dim_person to fn_housing_officer",
        "candidate",
    ),
    "table": ("hl_dbt", "drop table mart_candidate.dim_school", "candidate"),
    "delivery": (
        "hl_loader",
        "delete from control.current_snapshots where extract = 'edu_pupils'",
        "New deliveries",
    ),
    "agreement": (
        "hl_loader",
        "update agreement.run_context set agreement_sha256 = 'f'",
        "agreement was changed",
    ),
    "run": (
        "hl_loader",
        "update agreement.run_context set publish_id = 'p_20261122_0001'",
        "Another run",
    ),
    "no run": ("hl_loader", "delete from agreement.run_context", "Another run"),
    "failed check": (
        "hl_publisher",
        "update control.gate_verdicts set passed = false where suite = 'mart_people'",
        r"failed on .*mart_people\.stand_in",
    ),
    "missing suite": (
        "hl_publisher",
        "delete from control.gate_verdicts where suite = 'catalogue'",
        "catalogue",
    ),
    "failed run": (
        "hl_publisher",
        "update control.gate_runs set passed = false",
        "not complete",
    ),
    "no verdict": ("hl_publisher", "delete from control.gate_runs", "has not judged"),
}


@pytest.fixture(scope="module")
def published(own_warehouse: Settings) -> Settings:
    """A warehouse with one publish."""
    kit.build_world(own_warehouse)
    kit.judge_lightly(own_warehouse, data.PUBLISH_ID)
    publish(own_warehouse, data.PUBLISH_ID)
    return own_warehouse


@pytest.fixture
def judged(published: Settings) -> Iterator[Settings]:
    """The same, with a newer candidate that the gate has passed."""
    kit.build_world(published, NEXT)
    kit.judge_lightly(published, NEXT)
    yield published
    with connect(published, "admin") as conn:
        conn.execute("delete from control.publishes where publish_id = %s", [NEXT])


def state(settings: Settings) -> tuple[str, list[str]]:
    """Fingerprint of the mart, and which mart schemas exist."""
    with connect(settings, "hl_publisher") as conn:
        schemas = conn.execute(
            "select nspname from pg_namespace where starts_with(nspname, 'mart') order by 1"
        ).fetchall()
        return schema_fingerprint(conn, "mart"), [name for (name,) in schemas]


def test_a_judged_candidate_becomes_the_mart(judged: Settings) -> None:
    result = publish(judged, NEXT)
    assert result.people == 3
    last = last_publish(judged)
    assert last is not None
    assert (last.publish_id, last.people, last.as_at) == (NEXT, 3, data.AS_AT)
    assert last.mart_fingerprint == result.mart_fingerprint == state(judged)[0]
    assert state(judged)[1] == ["mart", "mart_candidate", "mart_previous"]
    with connect(judged, "hl_publisher") as conn:
        assert conn.execute("select distinct publish_id from mart.dim_person").fetchall() == [(NEXT,)]


def test_the_same_publish_is_made_once(judged: Settings) -> None:
    publish(judged, NEXT)
    before = state(judged)
    with pytest.raises(PublishRefused, match="published already"):
        publish(judged, NEXT)
    assert state(judged) == before


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_after_the_gate_is_not_published(judged: Settings, change: str) -> None:
    login, statement, reason = CHANGES[change]
    before = state(judged)
    kit.alter(judged, statement, login)
    with pytest.raises(PublishRefused, match=reason):
        publish(judged, NEXT)
    assert state(judged) == before
    last = last_publish(judged)
    assert last is not None
    assert last.publish_id == data.PUBLISH_ID


def test_an_agreement_file_edited_after_the_gate_is_refused(judged: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "file_sha256", lambda _: "0" * 64)
    before = state(judged)
    with pytest.raises(PublishRefused, match="agreement was changed"):
        publish(judged, NEXT)
    assert state(judged) == before


def test_a_candidate_changed_during_the_swap_is_undone(judged: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    swap = publishing.rename_schemas

    def change_then_swap(conn: object) -> None:
        kit.alter(
            judged,
            "update mart_candidate.dim_person set first_name = 'Zed' where first_name = 'Bo'",
        )
        swap(conn)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing, "rename_schemas", change_then_swap)
    before = state(judged)[0]
    with pytest.raises(PublishRefused, match="while it was being published"):
        publish(judged, NEXT)
    assert state(judged)[0] == before


@pytest.mark.parametrize("moment", ["drop_previous", "rename_schemas", "wait_for_readers", "schema_fingerprint"])
def test_a_fault_on_the_way_leaves_the_mart(judged: Settings, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    def fall_over(*_: object) -> None:
        raise OSError("Quillfeather")

    monkeypatch.setattr(publishing, moment, fall_over)
    before = state(judged)[0]
    with pytest.raises(PublishRefused) as refusal:
        publish(judged, NEXT)
    assert "Quillfeather" not in str(refusal.value)
    assert refusal.value.__suppress_context__
    assert state(judged)[0] == before
