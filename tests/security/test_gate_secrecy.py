"""No value for matching only in any cell, and no value of the data in anything that a check leaves behind."""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from dagster_project.governance.gate import judge
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, sqlalchemy_url
from expectations.rules import Check, no_rows, one_of, present, table_suite, unique
from expectations.runner import run_suites
from tests import gate_kit as kit
from tests import gate_world as data

CANARY = "Quillfeather"
FCT = "mart_candidate.fct_person_indicators"
CELLS = {
    "the number itself": ("F-11", f"update {FCT} set send_type = '{data.NHS_NUMBER}'"),
    "the number in groups": ("F-11", f"update {FCT} set send_type = '999 000 1234'"),
    "a word of a sentence": (
        "F-11",
        f"update {FCT} set assigned_caseworkers = 'NHS no. {data.NHS_NUMBER}; P Marlowe'",
    ),
    "groups in a sentence": (
        "F-11",
        f"update {FCT} set assigned_caseworkers = 'P Marlowe (999-000-1234), duty'",
    ),
    "five groups in a sentence": (
        "F-10",
        f"update {FCT} set assigned_caseworkers = 'NI QQ 12 34 56 C; P Marlowe'",
    ),
    "another person's row": (
        "F-10",
        f"update mart_candidate.dim_person set first_name = '{data.NINO}'",
    ),
    "small letters": (
        "F-12",
        f"update mart_candidate.dim_person set last_name = '{data.UPN.lower()}'",
    ),
    "a table about no person": (
        "F-12",
        f"update mart_candidate.dim_school set school_name = '{data.UPN}'",
    ),
    "a social care id": (
        "F-13",
        f"update mart_candidate.bridge_person_address set town = '{data.SOCIAL_CARE_ID}'",
    ),
    "an education id": (
        "F-14",
        f"update mart_candidate.dim_household set household_key = '{data.EDUCATION_ID}'",
    ),
    "a column nobody foresaw": (
        "F-11",
        f"alter table {FCT} add reference bigint; update {FCT} set reference = {data.NHS_NUMBER}",
    ),
}


@pytest.fixture
def world(own_warehouse: Settings) -> Iterator[Settings]:
    kit.build_world(own_warehouse)
    yield own_warehouse


def check_id(clause: str) -> str:
    return f"no_{clause.lower().replace('-', '_')}_value"


@pytest.mark.parametrize("place", CELLS)
def test_a_value_for_matching_only_is_found(world: Settings, place: str) -> None:
    clause, fault = CELLS[place]
    kit.alter(world, fault)
    failed = {check.check_id: check for check in kit.run_tables(world, "dim_person") if not check.passed}
    assert check_id(clause) in failed
    assert failed[check_id(clause)].clause == clause
    assert failed[check_id(clause)].observed["raised"] is False


def test_innocent_numbers_are_not_taken_for_identifiers(world: Settings) -> None:
    """A house number, and a school's number that some system also uses for a person."""
    kit.alter(
        world,
        "update staged.stg_edu_pupils set person_id = '100023';"
        "update matched.person_records set record_id = '100023' where source = 'edu';"
        "update staged.stg_asc_persons set person_id = '12' where nino is not null;"
        "update matched.person_records set record_id = '12' where record_id = 'ASC-600001';"
        "update mart_candidate.bridge_person_address set address_line_1 = '12 Quay Row';"
        "update mart_candidate.dim_school set school_name = 'School 100023'",
    )
    failed = kit.failed(kit.run_tables(world, "dim_person"))
    assert not {check_id(f"F-{number}") for number in range(10, 15)} & failed


def test_nothing_that_a_failing_check_leaves_behind_holds_a_value(
    world: Settings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    kit.alter(
        world,
        f"update mart_candidate.dim_person set first_name = '{CANARY}', last_name = '{CANARY}'",
    )
    suite = table_suite(
        "canary",
        "mart_candidate",
        "dim_person",
        [
            one_of(Check("set", "F-02", "validity", "-"), "last_name", ("Marlowe",)),
            unique(Check("unique", "F-02", "uniqueness", "-"), "last_name"),
            no_rows(
                Check("raises", "F-02", "validity", "-"),
                "from judged where judged.last_name::integer = 1",
            ),
            present(Check("missing", "F-02", "validity", "-"), "no_such_column"),
        ],
    )
    checks = run_suites(sqlalchemy_url(world, "hl_publisher"), [suite])
    assert kit.failed(checks) == {"set", "unique", "raises", "missing"}
    assert {check.check_id for check in checks if check.observed["raised"]} == {
        "raises",
        "missing",
    }
    left_behind = json.dumps([asdict(check) for check in checks]) + caplog.text + "".join(capfd.readouterr())
    assert CANARY not in left_behind


def test_the_stored_verdict_of_a_failing_gate_holds_no_value(
    world: Settings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    kit.alter(
        world,
        f"update {FCT} set is_in_rent_arrears = '{CANARY}', person_key = '{CANARY}';"
        f"update matched.review_queue set reason = '{CANARY}', evidence = '{{\"{CANARY}\": \"{CANARY}\"}}';"
        f"update mart_candidate.dim_person set last_name = '{CANARY}', person_key = '{CANARY}'",
    )
    result = judge(world, data.PUBLISH_ID)
    assert not result.passed
    with connect(world, "hl_publisher") as conn:
        rows = conn.execute(
            "select to_jsonb(verdicts)::text from control.gate_verdicts as verdicts"
            " union all select to_jsonb(runs)::text from control.gate_runs as runs"
        ).fetchall()
    assert CANARY not in json.dumps(rows) + repr(result) + caplog.text + "".join(capfd.readouterr())


def test_the_password_is_in_nothing_that_a_check_leaves_behind(world: Settings) -> None:
    url = sqlalchemy_url(world, "hl_publisher").replace("@", "0@", 1)
    password = url.split(":")[2].split("@")[0]
    suite = table_suite(
        "canary",
        "mart_candidate",
        "dim_person",
        [unique(Check("u", "F-02", "validity", "-"), "x")],
    )
    checks = run_suites(url, [suite])
    assert [check.passed for check in checks] == [False]
    assert password not in repr(checks)


def test_a_run_of_the_suites_writes_no_file(world: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    kit.run_tables(world, "dim_person")
    assert list(tmp_path.iterdir()) == []
