"""A changed line of the agreement, and the whole system follows: tables, rights, links, people, gate and publish."""

import json
from dataclasses import dataclass
from itertools import count

import psycopg
import pytest

from dagster_project.agreement import yaml_file
from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.governance.access import users
from dagster_project.governance.access.scopes import Scope
from dagster_project.governance.catalogue import read_catalogue
from dagster_project.governance.catalogue_rules import judge_catalogue
from dagster_project.governance.mart_shape import mart_shape
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.access_kit import BY, let_in
from tests.council_kit import REFERENCE, Pipeline, deliver, with_lines
from tests.linkage.population import CSC, EDU, HOMES, Council, nhs_number, upn

# A second function, written at the end of the list of functions.
LADDER = "matching:"
LIAISON = """\
  - id: school_liaison
    name: School liaison
    purpose: housing_priority
    rows: all
    items:
      - current_school
"""
OFFICER = """\
  - id: housing_officer
    name: Housing officer
    purpose: multiple_disadvantage
    rows: own_partner
    items:
"""
OFFICER_ROLE, LIAISON_ROLE = "fn_housing_officer", "fn_school_liaison"
FCT = "fct_person_indicators"
# The models that a change of columns or of functions can reach, and those that one of rules or scope can.
MART = ("staged.agreement", "mart")
ALL = (*MART, "matched", "items")
NAMES = {"Ann", "Bea", "Dot", "Eli"}
serial = count(1)


@dataclass(frozen=True)
class Built:
    """Every layer under the shipped agreement and a second function, with what the officer may read there."""

    pipeline: Pipeline
    text: str
    officer: frozenset[str]


def population() -> Council:
    """A pupil with a plan and two workers, somebody in debt, a school leaver, one linked by name only, and a tenant."""
    council = Council()
    council.housed("Ann Alder", "2014-02-03", "AA1 1AA", nhs_number=nhs_number(1))
    child = council.child("Ann Alder", "2014-02-03", nhs_number=nhs_number(1), upn=upn(1))
    for worker in ("Priya Marlowe", "Quinn Marlowe"):
        told = {"worker_name": worker, "team": "Early help", "service": "Family support", "start_date": "2026-01-05"}
        council._add("csc_involvements", CSC, involvement_id=worker, person_id=child, **told)
    pupil = council.pupil("Ann Alder", "2014-02-03", upn=upn(1), laestab="9999001", entry_date="2024-09-01")
    council._add("edu_sen", EDU, plan_id="S1", person_id=pupil, need_type="ASD", need_rank="1", plan_start="2025-01-06")
    council._add("gias_schools", REFERENCE, urn="999901", la_code="999", establishment_number="9001",
                 establishment_name="Quayside Primary", establishment_status_code="1", postcode="AA1 2AB")  # fmt: skip
    council.housed("Bea Birch", "1985-06-07")
    council.adult("Bea Birch", "1985-06-07")
    council.housed("Dot Damson", "1979-05-05", nhs_number=nhs_number(2))
    council.tenant("Dot Damson", "1979-05-05", nhs_number=nhs_number(2))
    council.adult("Dot Damson", "1979-05-05", nhs_number=nhs_number(2))
    tenancy = council.rows["ren_tenants", HOMES][-1]["tenancy_id"]
    council._add("ren_balances", HOMES, tenancy_id=tenancy, balance="50.00", balance_date="2026-11-20")
    council.housed("Eli Elm", "2006-03-01", nhs_number=nhs_number(3))
    council.pupil("Eli Elm", "2006-03-01", nhs_number=nhs_number(3), laestab="9999001", entry_date="2017-09-01")
    council.tenant("Cai Cedar", "1979-07-07", nhs_number=nhs_number(4))
    council.adult("Cai Cedar", "1979-07-07", nhs_number=nhs_number(4))
    return council


@pytest.fixture(scope="module")
def built(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Built:
    deliver(own_warehouse, population())
    shipped = own_warehouse.agreement_file.read_text(encoding="utf-8")
    text = with_two_functions(shipped)
    pipeline = under(Pipeline(own_warehouse, tmp_path_factory.mktemp("agreements") / "target"), text)
    pipeline.build_once("p_0")
    assert pipeline.columns("mart_candidate") == columns_of(text)
    return Built(pipeline, text, frozenset(pipeline.columns("mart_candidate", OFFICER_ROLE)))


def with_two_functions(text: str) -> str:
    """The agreement with its first function, one item to a line, and a second one."""
    before, ladder = text.split("\nfunctions:\n")[0], text[text.index(f"\n{LADDER}") :]
    items = yaml_file.parse(text)["functions"][0]["items"]
    officer = OFFICER + "".join(f"      - {item}\n" for item in items)
    return f"{before}\nfunctions:\n{officer}{LIAISON}{ladder}"


def under(pipeline: Pipeline, text: str) -> Pipeline:
    path = pipeline.target.parent / f"agreement_{next(serial)}.yaml"
    path.write_text(text, encoding="utf-8")
    return pipeline.under(path)


def columns_of(text: str) -> set[str]:
    """`table.column` of the mart that an agreement allows."""
    shape = mart_shape(Agreement.model_validate(yaml_file.parse(text)))
    return {f"{table}.{column}" for table, column in shape.columns}


def published(built: Built, text: str, *select: str) -> Pipeline:
    """What a run under another agreement publishes: built, tested, judged by the whole gate, swapped."""
    pipeline, publish_id = under(built.pipeline, text), f"p_{next(serial)}"
    pipeline.begin(publish_id)
    pipeline.build(*select)
    pipeline.publish(publish_id)
    assert pipeline.rows("select publish_id from mart.publish_info") == [(publish_id,)]
    assert pipeline.columns("mart") == columns_of(text)
    return pipeline


def after(built: Built, select: tuple[str, ...], *lines: tuple[str, str]) -> Pipeline:
    """The same under the agreement with lines changed."""
    return published(built, with_lines(built.text, *lines), *select)


def shown(pipeline: Pipeline) -> set[str]:
    return {name for (name,) in pipeline.rows("select first_name from mart.dim_person")}


def test_an_item_without_its_columns_is_gone_from_mart_rights_and_checks(built: Built) -> None:
    column = f"{FCT}.send_type"
    assert column in built.officer
    pipeline = after(built, MART, (f"    columns: [{column}]", ""))
    assert column not in pipeline.columns("mart")
    assert pipeline.columns("mart", OFFICER_ROLE) == built.officer - {column}
    checks = pipeline.rows("select check_id from control.gate_verdicts inner join mart.publish_info using (publish_id)")
    assert (f"{FCT}.has_ehcp.flag",) in checks
    assert [name for (name,) in checks if "send_type" in name] == []


def test_items_and_a_function_taken_out_whole_leave_no_trace(built: Built) -> None:
    """The bridge of addresses tells by its rows alone where somebody is known, so it stands empty."""
    gone = {"home_address", "assigned_caseworkers", "current_school", "current_school_postcode"}
    agreement = yaml_file.parse(built.text)
    agreement["items"] = [item for item in agreement["items"] if item["id"] not in gone]
    agreement["functions"] = agreement["functions"][:1]
    for part, key in [(agreement["functions"][0], "items"), *((power, "supports") for power in agreement["powers"])]:
        part[key] = [name for name in part[key] if name not in gone]
    pipeline = published(built, json.dumps(agreement), *MART)
    rows = {
        table: pipeline.rows(f"select count(*) from mart.{table}")[0][0]
        for table in ("bridge_person_address", "dim_school", "bridge_person_caseworker")
    }
    assert rows == {"bridge_person_address": 0, "dim_school": 0, "bridge_person_caseworker": 1}
    readable = pipeline.columns("mart", OFFICER_ROLE)
    assert readable < built.officer
    assert {name.partition(".")[0] for name in built.officer - readable} == {
        FCT,
        "bridge_person_address",
        "bridge_person_caseworker",
        "dim_school",
    }
    assert pipeline.columns("mart", LIAISON_ROLE) == set()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        pipeline.rows("select publish_id from mart.publish_info", LIAISON_ROLE)


def test_a_column_that_no_agreement_could_show_is_built_for_nobody_and_stops_the_gate(built: Built) -> None:
    """As if somebody had added it to a model: the blank agreement, from which all columns come, does not have it."""
    column = f"{FCT}.send_type"
    pipeline = under(built.pipeline, with_lines(built.text, (f"    columns: [{column}]", "")))
    pipeline.begin("p_added")
    pipeline.rows("delete from agreement.withheld_columns returning 1")
    pipeline.dbt("run", "--select", *MART)
    assert column in pipeline.columns("mart_candidate")
    assert column not in pipeline.columns("mart_candidate", OFFICER_ROLE)
    shape = mart_shape(load_agreement(pipeline.settings.agreement_file))
    with connect(pipeline.settings, "hl_publisher") as conn:
        checks = judge_catalogue(read_catalogue(conn, "mart_candidate"), shape, "mart_candidate")
    assert [check.check_id for check in checks if not check.passed] == ["columns_exact"]


def test_an_item_moves_from_one_function_to_another(built: Built) -> None:
    line = "      - has_ehcp"
    pipeline = after(built, MART, (line, ""), (LADDER, f"{line}\n{LADDER}"))
    assert pipeline.columns("mart", OFFICER_ROLE) == built.officer - {f"{FCT}.has_ehcp"}
    assert f"{FCT}.has_ehcp" in pipeline.columns("mart", LIAISON_ROLE)
    query = f"select has_ehcp from mart.{FCT} where has_ehcp is not null order by 1"
    let_in(pipeline.settings, "lia.example", "school_liaison", Scope())
    with connect(pipeline.settings, "lia.example") as conn:
        assert conn.execute(query.encode()).fetchall() == [("N",), ("Y",)]
    users.disable(pipeline.settings, "lia.example", BY)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        pipeline.rows(query, OFFICER_ROLE)


def test_a_tier_switched_off_links_nobody_and_who_was_linked_by_it_alone_is_gone(built: Built) -> None:
    line = "  - {tier: 3, name: birth_date_and_name, enabled: true, action: link}"
    tiers = "select distinct tier, rule from matched.links order by 1, 2"
    assert (3, "birth_date_and_name") in built.pipeline.rows(tiers)
    pipeline = after(built, ALL, (line, line.replace("true", "false")))
    assert pipeline.rows(tiers) == [(1, "nhs_number"), (1, "upn")]
    assert shown(pipeline) == NAMES - {"Bea"}


def test_a_wider_scope_shows_the_tenants_too(built: Built) -> None:
    line = "  hold_while: temporary_accommodation"
    pipeline = after(built, ALL, (line, "  hold_while: social_housing"))
    assert shown(pipeline) == NAMES | {"Cai"}
    assert pipeline.rows("select hold_while from mart.publish_info") == [("social_housing",)]


def test_a_shorter_retention_and_a_higher_threshold_are_obeyed_and_a_narrower_scope_is_too(built: Built) -> None:
    """Eli is 20 and linked to education only; Dot owes 50 pounds; Cai was shown under the wider scope before."""
    retention = "  - {rule: R1, domain: education, trigger_event: birth_date, period_years: 25}"
    (threshold,) = (line for line in built.text.splitlines() if line.startswith("  arrears_min: "))
    pipeline = after(
        built, ("staged", *ALL), (retention, retention.replace("25", "15")), (threshold, "  arrears_min: 100")
    )
    assert shown(pipeline) == NAMES - {"Eli"}
    arrears = f"select first_name, is_in_rent_arrears from mart.{FCT} inner join mart.dim_person using (person_key)"
    assert ("Dot", "N") in pipeline.rows(arrears)
