"""People's rights on a small council: a dispute, a restriction, an objection and a wrong link, run by run."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from dagster_project.agreement.model import load_agreement
from dagster_project.governance.access.scopes import Scope
from dagster_project.governance.decisions.do_not_link import Record
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.retention.purge import purge
from dagster_project.governance.rights import disputes, requests
from dagster_project.governance.rights.steward import NotASteward
from dagster_project.governance.rights.unlink import unlink
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.access_kit import let_in
from tests.access_world import population
from tests.council_kit import AS_AT, Pipeline, deliver, with_lines

STEWARD, OFFICER, WHY = "stella.fenwick", "tia.fenwick", "asked by letter"


@pytest.fixture(scope="module")
def pipeline(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Published once, with a data steward and an officer."""
    folder = tmp_path_factory.mktemp("rights")
    shipped = own_warehouse.agreement_file.read_text(encoding="utf-8")
    wider = with_lines(shipped, ("  hold_while: temporary_accommodation", "  hold_while: social_housing"))
    (folder / "agreement.yaml").write_text(wider, encoding="utf-8")
    deliver(own_warehouse, population())
    made = Pipeline(own_warehouse, folder / "target").under(folder / "agreement.yaml")
    made.begin("p_1")
    made.dbt("seed")
    made.dbt("run")
    let_in(made.settings, STEWARD, "data_steward", Scope())
    let_in(made.settings, OFFICER, "ta_officer", Scope())
    finish(made, "p_1")
    return made


def finish(pipeline: Pipeline, publish_id: str) -> None:
    """The gate, the publish and the purge after it."""
    pipeline.publish(publish_id)
    agreement = load_agreement(pipeline.settings.agreement_file)
    purge(pipeline.settings, agreement, publish_id, AS_AT, use_dropbox=False)


def run(pipeline: Pipeline, publish_id: str) -> None:
    pipeline.begin(publish_id)
    pipeline.dbt("run")
    finish(pipeline, publish_id)


def test_x(pipeline: Pipeline) -> None:
    print(pipeline.rows("select person_key, first_name from mart.dim_person"))
