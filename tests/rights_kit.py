"""A small council in which people ask for their rights: its runs, and what the warehouse holds and shows of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.agreement.model import load_agreement
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance.access.scopes import Scope
from dagster_project.governance.decisions.do_not_link import Record
from dagster_project.governance.retention.purge import purge
from dagster_project.governance.rights import disputes, requests
from dagster_project.governance.rights.unlink import Unlinked, unlink
from dagster_project.settings import Settings
from tests.access_kit import let_in
from tests.access_world import population
from tests.council_kit import AS_AT, Pipeline, deliver, with_lines
from tests.linkage.population import Council, nhs_number, upn

STEWARD, OFFICER, WHY = "stella.fenwick", "tia.fenwick", "asked by letter"
STEWARDS = "information_rights"
CHANGES = (
    "update raw.edu_sen set plan_ceased = '2026-10-01'",
    "update raw.hou_household_members set date_of_birth = '2014-02-04' where legal_first_name = 'Ann'",
    "update raw.hou_ta_placements set nightly_cost = '90'",
    "update raw.ren_tenancies set end_date = '2026-11-01'",
    "update raw.hou_ta_placements set end_date = '2026-11-01' where case_id in"
    " (select case_id from raw.hou_household_members where legal_first_name in ('Bea', 'Dot'))",
)


@dataclass(frozen=True)
class Asked:
    """What was asked for before the second run."""

    keys: dict[str, str]
    ehcp: int
    born: int
    address: int
    restriction: int
    objection: int
    dot: list[Record]
    split: Unlinked
    eli: list[Record]


def council() -> Council:
    """The people of the access tests, and Eli, whom five systems hold by one number, name and date."""
    made = population()
    name, born, number = "Eli Elder", "2008-09-10", {"nhs_number": nhs_number(9)}
    made.housed(name, born, "AA1 1AE", **number)
    made.tenant(name, born, "AA1 1AE", **number)
    made.child(name, born, upn=upn(9), **number)
    made.adult(name, born, **number)
    made.pupil(name, born, upn=upn(9))
    return made


def published(warehouse: Settings, folder: Path) -> Pipeline:
    """Published once, with an officer and a data steward, whose function this council calls by another name."""
    shipped = warehouse.agreement_file.read_text(encoding="utf-8")
    own = with_lines(
        shipped,
        ("  hold_while: temporary_accommodation", "  hold_while: social_housing"),
        ("  - id: data_steward", f"  - id: {STEWARDS}"),
    )
    (folder / "agreement.yaml").write_text(own, encoding="utf-8")
    deliver(warehouse, council())
    made = Pipeline(warehouse, folder / "target").under(folder / "agreement.yaml")
    made.build_once("p_1")
    let_in(made.settings, STEWARD, STEWARDS, Scope())
    let_in(made.settings, OFFICER, "ta_officer", Scope())
    finish(made, "p_1")
    return made


def ask(pipeline: Pipeline) -> Asked:
    """Ann disputes, Bea is restricted, Rae objected with success, Dot and Eli were linked wrongly; and a second run."""
    settings = pipeline.settings
    keys = {name: key_of(pipeline, name) for name in names(pipeline)}
    ann = keys["Ann"]
    assert shown(pipeline, "has_ehcp", ann) == "Y"
    ehcp = disputes.dispute(settings, ann, None, "has_ehcp", STEWARD, WHY)
    born = disputes.dispute(settings, ann, None, "date_of_birth", STEWARD, WHY)
    disputes.dispute(settings, ann, None, "assigned_caseworkers", STEWARD, WHY)
    disputes.dispute(settings, ann, None, "current_school", STEWARD, WHY)
    address = disputes.dispute(settings, ann, None, "home_address", STEWARD, WHY, "fakeshire_ta")
    restriction = requests.restrict(settings, None, records_of(pipeline, keys["Bea"])[0], STEWARD, WHY)
    assert restriction.person == keys["Bea"]
    objection = requests.objection(settings, keys["Rae"], None, STEWARD, WHY)
    assert stopped(pipeline) == {keys["Bea"]}
    requests.decide(settings, objection.request_id, "upheld", STEWARD, WHY)
    assert stopped(pipeline) == {keys["Bea"], keys["Rae"]}
    dot = records_of(pipeline, keys["Dot"])
    [adults] = [record for record in dot if record.partner == "fakeshire_asc"]
    split = unlink(settings, keys["Dot"], adults, STEWARD, WHY)
    eli = records_of(pipeline, keys["Eli"])
    assert len(eli) == 5
    unlink(settings, keys["Eli"], eli[0], STEWARD, WHY)
    run(pipeline, "p_2")
    opened = (ehcp, born, address, restriction, objection)
    ehcp_id, born_id, address_id, restriction_id, objection_id = (one.request_id for one in opened)
    return Asked(keys, ehcp_id, born_id, address_id, restriction_id, objection_id, dot, split, eli)


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


def records_of(pipeline: Pipeline, key: str) -> list[Record]:
    query = f"select partner, record_id from matched.person_records where person_key = '{key}' order by 1, 2"
    return [Record(*row) for row in pipeline.rows(query)]


def values(pipeline: Pipeline, table: str, condition: str, leave_out: set[str]) -> set[tuple[str, str]]:
    """Column and value, as the database writes it, of the rows that the condition picks."""
    query = f"select key, value #>> '{{}}' from {table} as t, jsonb_each(to_jsonb(t)) where {condition}"
    return {(key, value) for key, value in pipeline.rows(query) if value not in (None, "") and key not in leave_out}


def held_in(pipeline: Pipeline, layer: str, records: list[Record]) -> set[tuple[str, str, str]]:
    """Extract, column and value of every row of a layer that bears a person's, case's or tenancy's id of theirs."""
    origin = {"partner", "delivery_id", "file_number", "line_number"}
    prefix = "" if layer == "raw" else "stg_"
    homes = {"person_id": {record.record_id for record in records}}
    for members, column in (("hou_household_members", "case_id"), ("ren_tenants", "tenancy_id")):
        ids = ", ".join(f"'{found}'" for found in homes["person_id"])
        query = f"select {column} from raw.{members} where person_id in ({ids})"
        homes[column] = {found for (found,) in pipeline.rows(query)}
    found = set()
    for name, contract in load_contracts().items():
        column = next((one for one in ("person_id", "case_id", "tenancy_id") if one in contract.columns), None)
        if name == "hou_ta_placements":
            column = "case_id"
        if column:
            ids = ", ".join(f"'{one}'" for one in homes[column]) or "''"
            rows = values(pipeline, f"{layer}.{prefix}{name}", f"{column} in ({ids})", origin)
            found |= {(name, key, value) for key, value in rows}
    return found


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    """Rows under the notice, by column."""
    lines = [[cell for cell in line] for line in sheet.iter_rows(values_only=True)]
    top = next(number for number, line in enumerate(lines) if not any(line)) + 1
    return [dict(zip(lines[top], line, strict=True)) for line in lines[top + 1 :]]


def stopped(pipeline: Pipeline) -> set[str]:
    """Keys of the last publish that the next run is to show nowhere."""
    query = "select distinct person_key from control.person_key_records natural join control.stopped_records"
    return {key for (key,) in pipeline.rows(query)}


def logged(pipeline: Pipeline, action: str) -> list[tuple[str, str, dict[str, Any]]]:
    query = f"select actor, subject, detail from control.access_log where action = '{action}' order by entry"
    return pipeline.rows(query)
