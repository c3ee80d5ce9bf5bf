"""An identifier that a partner's privacy statement leaves out counts for nothing: as if the partner had never held it.

One council is linked with the school's NHS numbers in use, with their use switched off, and with the numbers deleted.
"""

from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest

from dagster_project.agreement.content import MatchMethod
from dagster_project.governance.linkage.splink_pairs import _frame  # pyright: ignore[reportPrivateUsage]
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.linkage.population import EDU, Council, dbt, load, nhs_number
from tests.linkage.random_council import some_council

# Whatever of linkage people, rules and reports read; the time of the run is the same in all of them.
TABLES = ("identity_records", "identity_conflicts", "match_keys", "near_keys", "key_quality", "links", "person_records",
          "people", "link_explanations", "review_queue", "linkage_report")  # fmt: skip
SWITCH = f"update agreement.lawful_identifiers set allowed = {{}} where partner = '{EDU}' and identifier = 'nhs_number'"
Tables = dict[str, list[tuple[Any, ...]]]


def council() -> Council:
    """Some people, and one for each way in which a school's NHS number can count."""
    c = some_council(Random(20261126))
    number = (nhs_number(serial) for serial in range(500, 600))
    # links alone
    c.housed("Ann Quennell", "2010-02-03", nhs_number=(one := next(number)))
    c.pupil("Annie Quennell-Rushby", "2010-02-03", nhs_number=one)
    # forbids a link
    c.housed("Bea Thackeray", "2010-03-04", nhs_number=next(number))
    c.pupil("Bea Thackeray", "2010-03-04", nhs_number=next(number))
    # is near in tier 5
    c.housed("Cora Dunmore", "2010-03-05", nhs_number=(one := next(number)))
    c.pupil("Cora Dunmore", "2010-11-27", nhs_number=one)
    # shows that a school registered a pupil twice
    c.housed("Dora Fenwick", "2010-04-05")
    one = next(number)
    for _ in "12":
        c.pupil("Dora Fenwick", "2010-04-05", nhs_number=one)
    # undoes a merge
    undone = c.housed("Edna Harrow", None, "AA71 1AB")
    c.placed(c.case_of(undone), "AA72 1AB")
    c.child("Edna Harrow", "2007-02-02", "AA71 1AB", nhs_number=next(number))
    c.pupil("Edna Harrow", "2007-02-20", "AA72 1AB", nhs_number=next(number))
    # contradicts another row of the same pupil
    c.housed("Faye Ibsen", "2010-05-06", education_id="E99999")
    for laestab in ("9994001", "9994002"):
        c.pupil("Faye Ibsen", "2010-05-06", person_id="E99999", laestab=laestab, nhs_number=next(number))
    return c


def built(settings: Settings, folder: Path) -> Tables:
    """Everything of linkage, built anew from what stands in the warehouse."""
    dbt(settings, folder, "build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test",
        "--select", "staged matched resource_type:seed,linkage_*")  # fmt: skip
    with connect(settings, "admin") as conn:
        tables = {table: conn.execute(f"select * from matched.{table}".encode()).fetchall() for table in TABLES}
        tables["what Splink is given"] = [tuple(row) for row in _frame(conn).itertuples(index=False)]
    return {table: sorted(rows, key=str) for table, rows in tables.items()}


def change(settings: Settings, statement: str) -> None:
    with connect(settings, "admin") as conn:
        assert conn.execute(statement.encode()).rowcount > 0


@pytest.fixture(scope="module")
def in_use(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    load(own_warehouse, council())
    change(own_warehouse, "update agreement.match_rules set enabled = true")
    for method in get_args(MatchMethod):
        change(own_warehouse, f"insert into agreement.match_methods values ('{method}', 'link')")
    return built(own_warehouse, tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="module")
def switched_off(in_use: Tables, own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    change(own_warehouse, SWITCH.format("false"))
    return built(own_warehouse, tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="module")
def again(switched_off: Tables, own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return built(own_warehouse, tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="module")
def deleted(again: Tables, own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    change(own_warehouse, SWITCH.format("true"))
    change(own_warehouse, f"update raw.edu_pupils set nhs_number = null where partner = '{EDU}'")
    return built(own_warehouse, tmp_path_factory.mktemp("dbt"))


def test_in_use_the_number_counts_in_every_way(in_use: Tables, own_warehouse: Settings) -> None:
    with connect(own_warehouse, "admin") as conn:
        rules = conn.execute(
            "select rule from matched.links where %(edu)s in (left_partner, right_partner)", {"edu": EDU}
        ).fetchall()
        reasons = conn.execute(
            "select reason from matched.review_queue where %(edu)s in (left_partner, right_partner)", {"edu": EDU}
        ).fetchall()
    assert {("nhs_number",), ("number_and_name",), ("duplicate_record",)} <= set(rules)
    assert {("conflicting_nhs_number",), ("undone_two_nhs_numbers",), ("identity_conflict",)} <= set(reasons)


def test_switched_off_is_as_if_it_were_not_held(in_use: Tables, switched_off: Tables, deleted: Tables) -> None:
    assert switched_off == deleted
    assert {table for table in in_use if in_use[table] == deleted[table]} == set()


def test_what_is_built_twice_is_the_same_with_its_keys(switched_off: Tables, again: Tables) -> None:
    assert again == switched_off
    assert all(rows for table, rows in again.items() if table != "identity_conflicts")
