"""People's rights on a small council: a dispute, a restriction, an objection and a wrong link, run by run."""

from typing import Any

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


def key_of(pipeline: Pipeline, name: str) -> str:
    return pipeline.rows(f"select person_key from mart.dim_person where first_name = '{name}'")[0][0]


def shown(pipeline: Pipeline, column: str, key: str) -> Any:
    return pipeline.rows(f"select {column} from mart.fct_person_indicators where person_key = '{key}'")[0][0]


def names(pipeline: Pipeline) -> set[str]:
    return {name for (name,) in pipeline.rows("select first_name from mart.dim_person")}


def logged(pipeline: Pipeline, action: str) -> list[tuple[str, str, dict[str, Any]]]:
    query = f"select actor, subject, detail from control.access_log where action = '{action}' order by entry"
    return pipeline.rows(query)


@pytest.mark.parametrize("login", [OFFICER, "nobody.known"])
def test_only_a_data_steward_answers_requests(pipeline: Pipeline, login: str) -> None:
    before = len(logged(pipeline, "person_refused"))
    with pytest.raises(NotASteward):
        requests.restrict(pipeline.settings, key_of(pipeline, "Ann"), None, login, WHY)
    assert pipeline.rows("select count(*) from control.rights_requests") == [(0,)]
    *_, (actor, _, detail) = logged(pipeline, "person_refused")
    assert len(logged(pipeline, "person_refused")) == before + 1
    assert (actor, detail) == (
        login if login == OFFICER else "unknown user",
        {"refused": "person_restrict"},
    )


def test_a_request_needs_a_reason_and_somebody_who_is_held(pipeline: Pipeline) -> None:
    for key, record, reason, says in (
        (key_of(pipeline, "Ann"), None, " ", "Say why"),
        (None, None, WHY, "whom it is about"),
        ("p00000000000000000000", None, WHY, "Nobody has the key"),
        (None, Record("fakeshire_csc", "C99999"), WHY, "Nothing is held"),
    ):
        with pytest.raises(GovernanceError, match=says):
            requests.objection(pipeline.settings, key, record, STEWARD, reason)


def test_a_disputed_item_is_blank_until_the_source_corrects_it(pipeline: Pipeline) -> None:
    settings, ann = pipeline.settings, key_of(pipeline, "Ann")
    assert shown(pipeline, "has_ehcp", ann) == "Y"
    ehcp = disputes.dispute(settings, ann, None, "has_ehcp", STEWARD, WHY)
    born = disputes.dispute(settings, ann, None, "date_of_birth", STEWARD, WHY)
    disputes.dispute(settings, ann, None, "assigned_caseworkers", STEWARD, WHY)
    disputes.dispute(settings, ann, None, "current_school", STEWARD, WHY)
    lived = disputes.dispute(settings, ann, None, "home_address", STEWARD, WHY, "fakeshire_ta")
    for item, partner, says in (
        ("has_ehcp", None, "disputed already"),
        ("lateness_percent", None, "shows nothing"),
        ("nhs_number", None, "shows no such item"),
        ("home_address", None, "--partner"),
        ("gender", "fakeshire_ta", "leave out --partner"),
    ):
        with pytest.raises(GovernanceError, match=says):
            disputes.dispute(settings, ann, None, item, STEWARD, WHY, partner)

    run(pipeline, "p_2")
    assert shown(pipeline, "has_ehcp", ann) is None
    assert (shown(pipeline, "current_school", ann), shown(pipeline, "school_key", ann)) == ("Withheld", None)
    assert shown(pipeline, "assigned_caseworkers", ann) is None
    assert shown(pipeline, "service_team_details", ann)
    of_ann = f"where person_key = '{ann}'"
    assert pipeline.rows(f"select first_name, date_of_birth from mart.dim_person {of_ann}") == [("Ann", None)]
    workers = pipeline.rows(f"select worker_name, team is not null from mart.bridge_person_caseworker {of_ann}")
    assert set(workers) == {(None, True)}
    assert pipeline.rows(
        f"select address_status, postcode from mart.bridge_person_address {of_ann} and partner = 'fakeshire_ta'"
    ) == [("withheld", None)]
    assert logged(pipeline, "person_dispute_corrected") == []

    # Another value, a value that is gone, and a record that says nothing else than before.
    changes = (
        "update raw.edu_sen set plan_ceased = '2026-10-01'",
        "update raw.hou_household_members set date_of_birth = '2014-02-04' where legal_first_name = 'Ann'",
        "update raw.hou_ta_placements set nightly_cost = '90'",
    )
    with connect(settings, "admin") as conn:
        for change in changes:
            conn.execute(change.encode())
    run(pipeline, "p_3")
    assert shown(pipeline, "has_ehcp", ann) == "N"
    assert str(pipeline.rows(f"select date_of_birth from mart.dim_person {of_ann}")[0][0]) == "2014-02-04"
    corrected = {subject for _, subject, _ in logged(pipeline, "person_dispute_corrected")}
    assert corrected == {f"request {ehcp.request_id}", f"request {born.request_id}"}
    standing = requests.requests(settings, STEWARD, WHY)
    assert [one.request_id for one in standing if one.item == "home_address"] == [lived.request_id]
    assert {tuple(one.persons) for one in standing} == {(ann,)}
    requests.close(settings, lived.request_id, STEWARD, WHY)
    with pytest.raises(GovernanceError, match="No request"):
        requests.close(settings, lived.request_id, STEWARD, WHY)


def test_who_is_restricted_or_objected_with_success_is_held_and_shown_nowhere(pipeline: Pipeline) -> None:
    settings, bea, dot = pipeline.settings, key_of(pipeline, "Bea"), key_of(pipeline, "Dot")
    bea_record = pipeline.rows(f"select partner, record_id from matched.person_records where person_key = '{bea}'")[0]
    restriction = requests.restrict(settings, None, Record(*bea_record), STEWARD, WHY)
    objection = requests.objection(settings, dot, None, STEWARD, WHY)
    assert restriction.person == bea
    run(pipeline, "p_4")
    assert names(pipeline) == {"Ann", "Cai", "Dot", "Rae"}

    requests.decide(settings, objection.request_id, "upheld", STEWARD, WHY)
    run(pipeline, "p_5")
    assert names(pipeline) == {"Ann", "Cai", "Rae"}
    for table in ("fct_person_indicators", "bridge_person_address", "bridge_person_caseworker"):
        query = f"select count(*) from mart.{table} where person_key in ('{bea}', '{dot}')"
        assert pipeline.rows(query) == [(0,)]
    assert pipeline.rows(f"select count(*) > 0 from matched.person_records where person_key = '{dot}'") == [(True,)]

    for request in (restriction, objection):
        requests.close(settings, request.request_id, STEWARD, WHY)
    run(pipeline, "p_6")
    assert names(pipeline) == {"Ann", "Bea", "Cai", "Dot", "Rae"}
    assert (key_of(pipeline, "Bea"), key_of(pipeline, "Dot")) == (bea, dot)
    done = {
        action for (action,) in pipeline.rows("select action from control.access_log where actor = 'stella.fenwick'")
    }
    assert done >= {"person_restrict", "person_objection", "person_objection_decided", "person_request_closed"}


def test_a_wrong_link_splits_the_person_and_the_log_tells_who_saw_it(pipeline: Pipeline) -> None:
    settings, dot = pipeline.settings, key_of(pipeline, "Dot")
    records = {
        partner: Record(partner, record_id)
        for partner, record_id in pipeline.rows(
            f"select partner, record_id from matched.person_records where person_key = '{dot}'"
        )
    }
    assert set(records) == {"fakeshire_ta", "fakeshire_homes", "fakeshire_asc"}
    wrong = records["fakeshire_asc"]
    with pytest.raises(GovernanceError, match="not two records"):
        unlink(settings, key_of(pipeline, "Ann"), wrong, STEWARD, WHY)
    done = unlink(settings, dot, wrong, STEWARD, WHY)
    assert done.entries == 2
    assert {viewer.login for viewer in done.viewers} == {STEWARD, OFFICER}
    ((actor, subject, detail),) = logged(pipeline, "person_unlink")
    assert (actor, subject, set(detail["could_see"])) == (STEWARD, dot, {STEWARD, OFFICER})
    assert detail["reason"] == WHY

    run(pipeline, "p_7")
    # Known to housing alone by now, so nothing is shown; the other's record is of nobody in scope.
    assert "Dot" not in names(pipeline)
    held = pipeline.rows("select partner from matched.person_records where record_id = any(array"
                         f"{[record.record_id for record in records.values()]}) order by partner")  # fmt: skip
    assert held == [("fakeshire_homes",), ("fakeshire_ta",)]
    assert pipeline.rows("select count(*) from control.deletions where basis = 'unlinked'") == [(1,)]


def test_of_whoever_left_the_requests_stay_and_not_whose_they_were(pipeline: Pipeline) -> None:
    settings, cai, bea = pipeline.settings, key_of(pipeline, "Cai"), key_of(pipeline, "Bea")
    dispute = disputes.dispute(settings, cai, None, "last_name", STEWARD, WHY)
    restricted = requests.restrict(settings, bea, None, STEWARD, WHY)
    with connect(settings, "admin") as conn:
        conn.execute("update raw.ren_tenancies set end_date = '2026-11-01'")
        conn.execute("update raw.hou_ta_placements set end_date = '2026-11-01' where case_id in"
                     " (select case_id from raw.hou_household_members where legal_first_name = 'Bea')")  # fmt: skip
    run(pipeline, "p_8")
    assert names(pipeline) == {"Ann", "Rae"}
    kept = "select count(*) from control.rights_records where request_id = {}"
    assert pipeline.rows(kept.format(dispute.request_id)) == [(0,)]
    assert pipeline.rows(kept.format(restricted.request_id)) != [(0,)]
    assert pipeline.rows(
        f"select outcome, reason, closed_by from control.rights_requests where request_id = {dispute.request_id}"
    ) == [("person_left", WHY, "hearthlink")]
    assert pipeline.rows(f"select count(*) from control.disputed_rows where request_id = {dispute.request_id}") == [
        (0,)
    ]
