"""The code location loads as Dagster loads it, and holds what people and schedules rely on."""

import json
import os
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.extracts.contracts import load_contracts


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    patch = pytest.MonkeyPatch()
    patch.setenv("HEARTHLINK_HOME", str(tmp_path_factory.mktemp("home")))
    from dagster_project.definitions import defs

    loaded = defs()
    patch.undo()
    return loaded


def specs(location: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in location.resolve_all_asset_specs()}


def test_one_graph_from_the_agreement_to_the_published_mart(location: dg.Definitions) -> None:
    graph = location.resolve_asset_graph()
    above: set[dg.AssetKey] = set()
    queue = [dg.AssetKey(["publish", "mart"])]
    while queue:
        key = queue.pop()
        if key not in above:
            above.add(key)
            queue.extend(graph.get(key).parent_keys)
    names = {key.to_user_string() for key in above}
    assert {f"raw/{extract}" for extract in load_contracts()} <= names
    assert {"agreement/run_context", "matched/links", "mart_candidate/dim_person", "gate/verdict"} <= names


def test_every_asset_has_group_owner_and_kind(location: dg.Definitions) -> None:
    # What no step of the graph makes: a secret, and tables that people's decisions and publishes fill.
    given = {f"control/{name}" for name in ("person_key_salt", "person_keys", "person_key_records")}
    # Written within the step of dbt, before it builds.
    given |= {"scored/splink_pairs"}
    given |= {f"control/{name}" for name in ("do_not_link_records", "decided_records")}
    given |= {f"control/{name}" for name in ("stopped_records", "disputed_values")}
    bare = [
        name
        for name, spec in specs(location).items()
        if name not in given and not (spec.group_name and spec.owners and spec.kinds)
    ]
    assert bare == []


def test_raw_extracts_have_a_freshness_policy(location: dg.Definitions) -> None:
    raw = {name: spec for name, spec in specs(location).items() if name.startswith("raw/")}
    assert len(raw) == 27
    assert [name for name, spec in raw.items() if not spec.freshness_policy] == []


def test_job_sensor_and_schedule_exist(location: dg.Definitions) -> None:
    assert location.resolve_job_def("publish_mart").executor_def.name == "in_process"
    assert location.resolve_schedule_def("nightly").cron_schedule == "0 2 * * *"
    assert location.resolve_sensor_def("new_deliveries").job_name == "publish_mart"
    assert location.resolve_schedule_def("nightly_sweep").job_name == "sweep_exports"
    assert location.resolve_job_def("export_dashboard").graph.node_names() == ["write_dashboard_export"]


def test_the_gate_checks_block(location: dg.Definitions) -> None:
    checks = list(location.resolve_asset_graph().asset_check_keys)
    gate = [key for key in checks if key.asset_key == dg.AssetKey(["gate", "verdict"])]
    assert len(gate) >= 4
    assert all(location.resolve_asset_graph().get_check_spec(key).blocking for key in gate)


def test_sensor_starts_one_run_per_new_delivery(
    location: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTHLINK_HOME", str(tmp_path))
    sensor = location.resolve_sensor_def("new_deliveries")
    with dg.DagsterInstance.ephemeral() as instance:
        first = sensor.evaluate_tick(dg.build_sensor_context(instance=instance, sensor_name="new_deliveries"))
        assert first.skip_message and not first.run_requests
        inbox = tmp_path / "inbox" / "fakeshire_edu"
        inbox.mkdir(parents=True)
        name = "fakeshire_edu_20261122_001"
        (inbox / f"{name}.datapackage.json").write_text(json.dumps({"name": name}), encoding="utf-8")
        second = sensor.evaluate_tick(dg.build_sensor_context(instance=instance, sensor_name="new_deliveries"))
        assert second.run_requests and len(second.run_requests) == 1
        third = sensor.evaluate_tick(
            dg.build_sensor_context(instance=instance, sensor_name="new_deliveries", cursor=second.cursor)
        )
        assert not third.run_requests
    assert "HEARTHLINK_HOME" in os.environ
