"""People's rights on a small council: a dispute, a restriction, an objection and a wrong link, run by run."""

from datetime import date
from pathlib import Path

import pytest

from dagster_project.governance.decisions.do_not_link import Record
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.rights import disputes, requests
from dagster_project.governance.rights.report import folder, report
from dagster_project.governance.rights.steward import NotASteward
from dagster_project.governance.rights.unlink import unlink
from dagster_project.governance.workbooks import opened
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from expectations.suites.people import STOPPED
from tests.access_world import TABLES
from tests.council_kit import Pipeline
from tests.rights_kit import (  # fmt: skip
    CHANGES,
    OFFICER,
    STEWARD,
    WHY,
    Asked,
    ask,
    held_in,
    key_of,
    logged,
    names,
    published,
    records_of,
    rows_of,
    run,
    shown,
    values,
)


@pytest.fixture(scope="module")
def pipeline(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return published(own_warehouse, tmp_path_factory.mktemp("rights"))


@pytest.mark.parametrize("login", [OFFICER, "nobody.known"])
def test_only_a_data_steward_answers_requests(pipeline: Pipeline, login: str) -> None:
    before = len(logged(pipeline, "person_refused"))
    ann, total = key_of(pipeline, "Ann"), "select count(*) from control.rights_requests"
    count = pipeline.rows(total)
    with pytest.raises(NotASteward, match=r"users of the function Data steward|No such user"):
        requests.restrict(pipeline.settings, ann, None, login, WHY)
    with pytest.raises(NotASteward):
        report(pipeline.settings, ann, None, login, WHY)
    assert pipeline.rows(total) == count
    assert not list(folder(pipeline.settings).glob("*"))
    refused = logged(pipeline, "person_refused")[before:]
    actor = login if login == OFFICER else "unknown user"
    assert [(by, detail) for by, _, detail in refused] == [
        (actor, {"refused": "person_restrict"}),
        (actor, {"refused": "person_report"}),
    ]


def test_a_request_needs_a_reason_a_day_and_somebody_who_is_held(pipeline: Pipeline) -> None:
    ann = key_of(pipeline, "Ann")
    for key, record, reason, says in (
        (ann, None, " ", "Say why"),
        (None, None, WHY, "whom it is about"),
        ("p00000000000000000000", None, WHY, "Nobody has the key"),
        (None, Record("fakeshire_csc", "C99999"), WHY, "Nothing is held"),
    ):
        with pytest.raises(GovernanceError, match=says):
            requests.objection(pipeline.settings, key, record, STEWARD, reason)
    with pytest.raises(GovernanceError, match="ahead"):
        requests.restrict(pipeline.settings, ann, None, STEWARD, WHY, ends_on=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("received", "due"), [("2026-01-31", "2026-02-28"), ("2024-01-31", "2024-02-29"), ("2025-12-05", "2026-01-05")]
)
def test_the_answer_is_due_a_calendar_month_after_the_request(pipeline: Pipeline, received: str, due: str) -> None:
    day = date.fromisoformat(received)
    made = requests.objection(pipeline.settings, key_of(pipeline, "Ann"), None, STEWARD, WHY, day)
    requests.decide(pipeline.settings, made.request_id, "refused", STEWARD, WHY)
    assert made.due_on == date.fromisoformat(due)


def test_a_report_holds_all_that_is_held_of_the_person_and_marks_what_is_of_others(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    settings, dot = pipeline.settings, key_of(pipeline, "Dot")
    [tenant] = [record for record in records_of(pipeline, dot) if record.partner == "fakeshire_homes"]
    with connect(settings, "admin") as conn:
        conn.execute(
            "insert into raw.ren_tenants (partner, delivery_id, line_number, person_id, tenancy_id, legal_first_name,"
            " legal_last_name) select partner, delivery_id, 99, 'T-other', tenancy_id, 'Zeno', 'Quince'"
            " from raw.ren_tenants where person_id = %s",
            [tenant.record_id],
        )
    made = report(settings, None, tenant, STEWARD, WHY, tmp_path / "dot.xlsx")
    assert made.person == dot
    with pytest.raises(GovernanceError, match="exists"):
        report(settings, dot, None, STEWARD, WHY, made.path)
    with pytest.raises(GovernanceError, match="not the password"):
        opened(made.path, "another password")
    sheets = {sheet.title: rows_of(sheet) for sheet in opened(made.path, made.password)}

    for layer in ("raw", "staged"):
        told = {(row["extract"], row["field"], row["value"]) for row in sheets["Records"] if row["layer"] == layer}
        assert told == held_in(pipeline, layer, records_of(pipeline, dot))
    for table in TABLES[:4]:
        told = {(row["column"], row["value"]) for row in sheets["Shown"] if row["table"] == table}
        assert told == values(pipeline, f"mart.{table}", f"person_key = '{dot}'", {"visible_to"})
    assert {row["partner"] for row in sheets["Matched"]} == {record.partner for record in records_of(pipeline, dot)}
    assert {row["login"] for row in sheets["Who could see"]} == {STEWARD, OFFICER}
    assert {row["rule"] for row in sheets["Retention"]} >= {"joint system", "R5", "R6"}
    assert {row["delivery"] for row in sheets["Records"]} and all(row["data as at"] for row in sheets["Records"])

    assert [row["last name"] for row in sheets["Household"]] == ["Quince"]
    assert all(row["third party"] for row in sheets["Household"])
    others = {"Ann", "Alder", "Bea", "Birch", "Cai", "Cedar", "Rae", "Rowan", "Zeno", "Quince", "Wes Marlowe"}
    unmarked = [row for rows in sheets.values() for row in rows if not row.get("third party")]
    assert others & {value for row in unmarked for value in row.values()} == set()
    marked = {row["value"] for row in sheets["Records"] if row["third party"]}
    assert "Wes Marlowe" in marked
    for text in ("Damson", "Quince", tenant.record_id):
        assert text.encode() not in made.path.read_bytes()
    ((actor, subject, detail),) = logged(pipeline, "person_report")
    assert (actor, subject, detail["reason"]) == (STEWARD, dot, WHY)
    with connect(settings, "admin") as conn:
        conn.execute("delete from raw.ren_tenants where person_id = 'T-other'")


@pytest.fixture(scope="module")
def asked(pipeline: Pipeline) -> Asked:
    return ask(pipeline)


def test_what_cannot_be_disputed_is_said(pipeline: Pipeline, asked: Asked) -> None:
    for item, partner, says in (
        ("has_ehcp", None, "disputed already"),
        ("lateness_percent", None, "shows nothing"),
        ("nhs_number", None, "shows no such item"),
        ("home_address", None, "--partner"),
        ("gender", "fakeshire_ta", "leave out --partner"),
    ):
        with pytest.raises(GovernanceError, match=says):
            disputes.dispute(pipeline.settings, asked.keys["Ann"], None, item, STEWARD, WHY, partner)


def test_a_disputed_item_is_blank_after_the_next_run(pipeline: Pipeline, asked: Asked) -> None:
    ann = asked.keys["Ann"]
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
    disputed = pipeline.rows("select distinct value_hash ~ '^v[0-9a-f]{20}$' from control.disputed_rows")
    assert disputed == [(True,)]


def test_who_is_restricted_or_objected_with_success_is_held_and_shown_nowhere(pipeline: Pipeline, asked: Asked) -> None:
    assert names(pipeline) & {"Bea", "Rae"} == set()
    for name in ("Bea", "Rae"):
        key = asked.keys[name]
        for table in ("fct_person_indicators", "bridge_person_address", "bridge_person_caseworker"):
            assert pipeline.rows(f"select count(*) from mart.{table} where person_key = '{key}'") == [(0,)]
        assert records_of(pipeline, key)


def test_the_gate_sees_somebody_shown_against_a_restriction(pipeline: Pipeline, asked: Asked) -> None:
    made = requests.restrict(pipeline.settings, asked.keys["Ann"], None, STEWARD, WHY)
    offenders = STOPPED.replace("matched.person_key_records", "control.person_key_records")
    assert pipeline.rows(f"select first_name from mart.dim_person as shown where {offenders}") == [("Ann",)]
    requests.close(pipeline.settings, made.request_id, STEWARD, WHY)


def test_a_wrong_link_splits_the_person_and_the_log_tells_who_saw_it(pipeline: Pipeline, asked: Asked) -> None:
    dot = asked.keys["Dot"]
    assert asked.split.entries == 2
    assert {viewer.login for viewer in asked.split.viewers} == {STEWARD, OFFICER}
    (actor, subject, detail), _ = logged(pipeline, "person_unlink")
    assert (actor, subject, set(detail["could_see"])) == (STEWARD, dot, {STEWARD, OFFICER})
    assert (detail["reason"], detail["exports"]) == (WHY, [])
    # Known to housing alone by now, so nothing is shown; the other's record is of nobody in scope and gone.
    assert "Dot" not in names(pipeline)
    held = {record for (record,) in pipeline.rows("select record_id from matched.person_records")}
    assert {record.partner for record in asked.dot if record.record_id in held} == {"fakeshire_homes", "fakeshire_ta"}
    assert pipeline.rows("select count(*) from control.deletions where basis = 'unlinked'") == [(2,)]
    with pytest.raises(GovernanceError, match="not two records"):
        unlink(pipeline.settings, dot, Record("fakeshire_csc", "C1"), STEWARD, WHY)


def test_to_unlink_parts_the_wrong_record_alone(pipeline: Pipeline, asked: Asked) -> None:
    """Number, name and date are those of all five: they count as the person's, and ask nobody a question."""
    wrong, *rest = asked.eli
    entries = "select count(*) from control.do_not_link where removed_at is null and '{}' in ({})"
    assert pipeline.rows(entries.format(wrong.record_id, "left_record_id, right_record_id")) == [(4,)]
    eli = key_of(pipeline, "Eli")
    assert (eli, records_of(pipeline, eli)) == (asked.keys["Eli"], rest)
    of_rest = ", ".join(f"'{record.record_id}'" for record in rest)
    asks = f"select count(*) from matched.review_queue where left_record_id in ({of_rest})"
    assert pipeline.rows(f"{asks} or right_record_id in ({of_rest})") == [(0,)]
    [(linked,)] = pipeline.rows(f"select count(*) from matched.links where left_record_id in ({of_rest})")
    assert linked > 0


def test_a_correction_ends_a_dispute_and_whoever_leaves_is_forgotten(pipeline: Pipeline, asked: Asked) -> None:
    settings, ann, cai = pipeline.settings, asked.keys["Ann"], asked.keys["Cai"]
    left = disputes.dispute(settings, cai, None, "last_name", STEWARD, WHY)
    requests.close(settings, asked.objection, STEWARD, WHY)
    with pytest.raises(GovernanceError, match="No request"):
        requests.close(settings, asked.objection, STEWARD, WHY)
    # Another value, a value that is gone, a record that says the same as before of what is disputed; two people leave.
    with connect(settings, "admin") as conn:
        for change in CHANGES:
            conn.execute(change.encode())
    run(pipeline, "p_3")

    assert names(pipeline) == {"Ann", "Eli", "Rae"}
    assert key_of(pipeline, "Rae") == asked.keys["Rae"]
    assert shown(pipeline, "has_ehcp", ann) == "N"
    born = pipeline.rows(f"select date_of_birth from mart.dim_person where person_key = '{ann}'")
    assert born == [(date(2014, 2, 4),)]
    corrected = {subject for _, subject, _ in logged(pipeline, "person_dispute_corrected")}
    assert corrected == {f"request {asked.ehcp}", f"request {asked.born}"}
    standing = {one.request_id: one for one in requests.requests(settings, STEWARD, WHY)}
    assert standing[asked.address].persons == [ann]
    assert standing[asked.restriction].persons == []

    records = "select count(*) from control.rights_records where request_id = {}"
    assert pipeline.rows(records.format(left.request_id)) == [(0,)]
    assert pipeline.rows(records.format(asked.restriction)) != [(0,)]
    assert pipeline.rows(records.format(asked.split.request_id)) == [(0,)]
    closed = f"select outcome, reason, closed_by from control.rights_requests where request_id = {left.request_id}"
    assert pipeline.rows(closed) == [("person_left", WHY, "hearthlink")]
    values = f"select count(*) from control.disputed_rows where request_id = {left.request_id}"
    assert pipeline.rows(values) == [(0,)]
    done = {action for (action,) in pipeline.rows(f"select action from control.access_log where actor = '{STEWARD}'")}
    assert done >= {
        *("person_restrict", "person_objection", "person_objection_decided", "person_request_closed"),
        *("person_dispute", "person_unlink", "person_list"),
    }
