"""Each enforced clause can fail: with its control broken it does, by the right check, and nothing is published."""

import functools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dagster_project.agreement import yaml_file
from dagster_project.agreement.register import load_register
from dagster_project.governance import gate
from dagster_project.governance.evidence import facts_product, step
from dagster_project.governance.evidence.results import ClauseResult
from dagster_project.governance.publish import PublishRefused, publish
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from expectations.redact import Verdict
from tests import gate_kit as kit
from tests import gate_world as data
from tests.agreement_kit import changed
from tests.mutations import FURTHER, MUTATIONS
from tests.warehouse_kit import mart_fingerprint

NEXT = "p_20261121_0001"
BREAKS = {clause: (clause, mutation) for clause, mutation in MUTATIONS.items()} | FURTHER
ENFORCED = {clause.id: clause for clause in load_register() if clause.kind == "enforced"}


@pytest.fixture(scope="module")
def published(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A mart that the whole gate has passed, published under an agreement file that a test may change."""
    with pytest.MonkeyPatch.context() as patch:
        # The product's own modules do not change between two tests.
        patch.setattr(facts_product, "_imported", functools.cache(facts_product._imported))
        kit.build_world(own_warehouse)
        verdict = gate.judge(own_warehouse, data.PUBLISH_ID)
        assert verdict.failed == ()
        publish(own_warehouse, data.PUBLISH_ID)
        yield own_warehouse


@pytest.fixture
def broken(
    request: pytest.FixtureRequest, published: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """The next candidate with one control broken."""
    _, mutation = BREAKS[request.param]
    settings = replace(published, agreement_file=tmp_path / "agreement.yaml")
    agreement = yaml_file.parse(published.agreement_file.read_text(encoding="utf-8"))
    settings.agreement_file.write_text(
        json.dumps(changed(agreement, dict(mutation.agreement))) + "\n", encoding="utf-8"
    )
    if mutation.unguarded:
        monkeypatch.setattr(f"dagster_project.agreement.{mutation.unguarded}.problems", lambda _: ())
    kit.build_world(settings, NEXT)
    for login, statement in mutation.sql:
        kit.alter(settings, statement, login)
    if mutation.patch:
        mutation.patch(monkeypatch, settings, tmp_path)
    yield settings
    if mutation.undo:
        kit.alter(settings, mutation.undo, "admin")


def judge(settings: Settings, tables: tuple[str, ...]) -> None:
    """The gate as it is, but that only the suites of these tables run; the rest, which cost seconds, pass unseen."""
    with pytest.MonkeyPatch.context() as patch:
        kit.without_suites(patch)
        unseen = gate.run_gate

        def some_suites(*arguments: Any) -> tuple[Verdict, ...]:
            seen = kit.run_tables(settings, *tables) if tables else ()
            names = {(check.suite, check.check_id) for check in seen}
            return (*seen, *(c for c in unseen(*arguments) if (c.suite, c.check_id) not in names))

        patch.setattr(gate, "run_gate", some_suites)
        gate.judge(settings, NEXT)


def results(settings: Settings) -> dict[str, ClauseResult]:
    with connect(settings, "hl_publisher") as conn:
        return {found.clause.id: found for found in step.find(settings, conn, NEXT).results}


def test_every_enforced_clause_that_is_built_has_a_mutation() -> None:
    assert [
        f"no mutation for {name}" for name, clause in ENFORCED.items() if not clause.not_built and name not in MUTATIONS
    ] == []
    assert {clause for clause, _ in BREAKS.values()} <= set(ENFORCED)


def test_with_every_control_in_place_every_clause_is_kept(published: Settings) -> None:
    kit.build_world(published, NEXT)
    judge(published, ())
    found = results(published)
    # What a person's word is needed for besides: nobody has given it here.
    attested = {name: "not yet attested" for name, clause in ENFORCED.items() if clause.attestation_days}
    assert {
        name: found[name].reason for name in ENFORCED if found[name].result not in ("PASS", "NOT BUILT")
    } == attested


@pytest.mark.parametrize("broken", BREAKS, indirect=True)
def test_a_broken_control_fails_its_clause_and_nothing_is_published(
    broken: Settings, request: pytest.FixtureRequest
) -> None:
    clause, mutation = BREAKS[request.node.callspec.params["broken"]]
    before = mart_fingerprint(broken)
    judge(broken, mutation.tables)
    for login, statement in mutation.afterwards:
        kit.alter(broken, statement, login)
    found = results(broken)[clause]
    assert found.result == "FAIL"
    assert mutation.check in found.failed
    with pytest.raises(PublishRefused):
        publish(broken, NEXT)
    assert mart_fingerprint(broken) == before
