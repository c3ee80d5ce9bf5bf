"""What people decide holds against every rule, survives every rebuild, and tells nobody whom it is about."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.governance.decisions.review import import_worklist
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.linkage.decisions_kit import World
from tests.linkage.population import ASC, CSC, EDU, HOMES, TA, Council, dbt, load, nhs_number, upn
from tests.unit.test_worklist import filled_in

SEEDS = "resource_type:seed,linkage_*"
STEWARD = "Rosa Quill"


def _population(c: Council) -> dict[str, str]:
    ada = {"nhs_number": nhs_number(1)}
    records = {
        # adopted: the old identity with social care, the new one with the school; number and date are alike
        "old": (CSC, c.child("Lily Ash", "2014-05-06", "AA1 1AA", nhs_number=nhs_number(40))),
        "new": (EDU, c.pupil("Lily Ash", "2014-05-06", "AA1 1AA")),
        "home": (TA, c.housed("Lily Ash", "2014-05-06", "AA1 1AA")),
        # and again, where two rules of one tier each lead to one of them
        "old_2": (CSC, old := c.child("Rose Ash", "2013-01-09", nhs_number=nhs_number(41))),
        "new_2": (EDU, new := c.pupil("Rose Birch", "2013-01-09")),
        "home_2": (TA, c.housed("Rose Ash-Birch", "2013-01-09", social_care_id=old, education_id=new)),
        # joined by number before the school's note of a name leads to the other
        "old_3": (CSC, c.child("Fern Ash", "2012-07-07", nhs_number=nhs_number(42))),
        "new_3": (EDU, new := c.pupil("Fern Ash", "2012-07-07")),
        "home_3": (TA, c.housed("Fern Ash", "2012-07-07", nhs_number=nhs_number(42), education_id=new)),
        "hidden": (ASC, c.adult("Una Reed", "1980-02-02", **ada)),
        "hidden_h": (TA, c.housed("Una Reed", "1980-02-02", **ada)),
        "hidden_t": (HOMES, c.tenant("Una Reed", "1980-02-02", **ada)),
        "twin_h": (TA, c.housed("Mia Juniper", "2015-01-09", "AA1 1AD")),
        "twin_e": (EDU, c.pupil("Mia-Rose Juniper", "2015-01-09", "AA1 1AD")),
        "number_h": (TA, c.housed("Ria Sorb", "1991-01-31", nhs_number=nhs_number(8))),
        "number_a": (ASC, c.adult("Ria Sorb", "1991-01-31", nhs_number=nhs_number(9))),
        "unsure_h": (TA, c.housed("Ken Lime", "1980-01-30", "AA1 1AF")),
        "unsure_e": (EDU, c.pupil("Ken Lime", "2012-12-12", "AA1 1AF")),
        "twice_h": (TA, c.housed("Hana Hazel", "2010-10-10")),
        "twice_1": (CSC, c.child("Hana Hazel", "2010-10-10")),
        "twice_2": (CSC, c.child("Hana Hazel", "2010-10-10")),
        "rows_h": (TA, c.housed("Zed Acer", "2011-11-11", education_id="E77777")),
        "rows_e": (EDU, c.pupil("Zed Acer", "2011-11-11", person_id="E77777", laestab="9994001")),
        "gone_h": (TA, c.housed("Tia Wych", "1990-03-04", nhs_number=nhs_number(51))),
        "gone_a": (ASC, c.adult("Tia Wych", "1990-03-04", nhs_number=nhs_number(52))),
        "plain_h": (TA, c.housed("Cai Cedar", "2012-05-05")),
        "plain_c": (CSC, c.child("Cai Cedar", "2012-05-05", upn=upn(3))),
        "plain_e": (EDU, c.pupil("Cai Cedar", "2012-05-05", upn=upn(3))),
    }
    c.pupil("Zed Acer", "2011-11-12", person_id="E77777", laestab="9994002")
    return {name: f"{partner}:{record}" for name, (partner, record) in records.items()}


@pytest.fixture(scope="module")
def before(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The council as the rules alone link it."""
    council = Council()
    ids = _population(council)
    load(own_warehouse, council)
    folder = tmp_path_factory.mktemp("dbt")
    dbt(own_warehouse, folder, "build", "--exclude-resource-type", "unit_test", "--select", f"staged matched {SEEDS}")
    yield World(own_warehouse, folder, ids, [])


@pytest.fixture(scope="module")
def rules_alone(before: World) -> dict[str, tuple[str, int]]:
    return before.people()


@pytest.fixture(scope="module")
def answers(before: World, rules_alone: object) -> dict[tuple[str, str], tuple[str, str]]:
    """Decisions on questions, by the two records."""
    return {
        ("twin_h", "twin_e"): ("reject", "twins of one household"),
        ("number_h", "number_a"): ("confirm", "an old number, seen on paper"),
        ("unsure_h", "unsure_e"): ("unsure", "to be asked at the school"),
        ("twice_h", "twice_2"): ("confirm", "same address"),
        ("rows_e", "rows_e"): ("confirm", "one pupil, a slip of the pen"),
        ("gone_h", "gone_a"): ("confirm", "seen on paper"),
    }


@pytest.fixture(scope="module")
def decided(before: World, answers: dict[tuple[str, str], tuple[str, str]]) -> World:
    """The same council after people decided and everything was built again."""
    world = before
    for one, other in (("old", "new"), ("new_2", "old_2"), ("old_3", "new_3")):
        words = ("--record", world.ids[one], "--other", world.ids[other], "--by", STEWARD, "--reason", "papers seen")
        assert world.hearthlink("do-not-link", "add", *words).exit_code == 0
    hidden = world.hearthlink(
        *("do-not-link", "add", "--from-everybody", "--by", STEWARD, "--reason", "papers seen"),
        input=f"{world.ids['hidden']}\n",
    )
    assert "one person in the last run" in hidden.output
    worklist = world.folder / "worklist.xlsx"
    exported = world.hearthlink("review", "export", "--as", STEWARD, "--out", str(worklist))
    password = re.search(r"password: (\S+)", exported.output)
    assert password
    lines = _lines(worklist, password[1])
    rows = {lines[world.item(*pair)]: answer for pair, answer in answers.items()}
    filled = filled_in(worklist, rows, password[1])
    secret = world.folder / "password"
    secret.write_text(password[1], encoding="utf-8")
    once, again = (
        world.hearthlink("review", "import", str(filled), "--by", STEWARD, "--password-file", str(secret)) for _ in "12"
    )
    assert "recorded: 4 confirm, 1 reject, 1 unsure; on record already: 0" in once.output
    assert "recorded: nothing new; on record already: 6" in again.output
    with connect(world.settings, "hl_dbt") as conn:
        # the world moves on: a name by which the rules would link now, and a record that is delivered no more
        conn.execute("update staged.stg_edu_pupils set legal_first_name = 'Mia' where legal_first_name = 'Mia-Rose'")
        conn.execute("delete from staged.stg_asc_persons where legal_last_name = 'Wych'")
    world.rebuild()
    assert import_worklist(world.settings, filled, password[1], STEWARD).unchanged == 6
    return world


def _lines(worklist: Path, password: str) -> dict[str, int]:
    from tests.unit.test_worklist import opened

    sheet = opened(worklist, password)["Worklist"]
    return {str(row[0].value): line for line, row in enumerate(sheet.iter_rows(), start=1)}


def test_without_decisions_the_rules_would_link_them(rules_alone: dict[str, tuple[str, int]]) -> None:
    for one, other in (("old", "new"), ("old_2", "new_2"), ("old_3", "new_3"), ("hidden", "hidden_h")):
        assert rules_alone[one][0] == rules_alone[other][0]


@pytest.mark.parametrize(("old", "new"), [("old", "new"), ("old_2", "new_2"), ("old_3", "new_3")])
def test_an_adopted_childs_identities_are_never_one_person(decided: World, old: str, new: str) -> None:
    assert not decided.are_one(old, new)
    assert decided.reasons(old, new) == []


def test_a_merge_through_others_is_undone_and_queued(decided: World) -> None:
    assert decided.reasons("home_2", "old_2") == decided.reasons("home_2", "new_2") == [("undone_kept_apart", None)]
    assert not decided.are_one("home_2", "old_2")


def test_what_one_of_the_two_had_before_stays(decided: World) -> None:
    assert decided.are_one("home_3", "old_3")


def test_a_record_kept_from_everybody_is_alone_and_the_others_go_on(decided: World) -> None:
    assert "hidden" not in decided.people()
    assert decided.are_one("hidden_h", "hidden_t")
    assert decided.reasons("hidden", "hidden_h") == []


def test_a_rejected_pair_stays_apart_and_is_asked_no_more(decided: World) -> None:
    assert not decided.are_one("twin_h", "twin_e")
    assert decided.reasons("twin_h", "twin_e") == []


def test_a_confirmed_pair_is_linked_in_tier_0_against_its_numbers(decided: World) -> None:
    assert decided.are_one("number_h", "number_a")
    assert decided.people()["number_a"][1] == 0


def test_of_an_ambiguous_key_the_confirmed_holder_is_the_person(decided: World) -> None:
    assert decided.are_one("twice_h", "twice_2")
    assert not decided.are_one("twice_h", "twice_1")


def test_what_is_unsure_stays_in_the_queue_and_says_so(decided: World) -> None:
    assert decided.reasons("unsure_h", "unsure_e") == [("birth_dates_differ", "unsure")]
    assert decided.reasons("rows_e", "rows_e") == []


def test_people_without_a_decision_are_as_they_were(decided: World, rules_alone: dict[str, tuple[str, int]]) -> None:
    for name in ("plain_h", "plain_c", "plain_e", "rows_h", "rows_e"):
        assert decided.people()[name] == rules_alone[name]


def test_a_record_that_is_gone_keeps_its_decision(decided: World) -> None:
    assert decided.people()["gone_h"][1] == 0
    assert "gone_a" not in decided.people()
    with connect(decided.settings, "admin") as conn:
        kept = conn.execute("select count(*) from control.review_decisions where why = 'seen on paper'").fetchone()
    assert kept == (1,)


def test_nothing_that_people_read_tells_of_anybody(decided: World) -> None:
    item = decided.item("unsure_h", "unsure_e")
    key = decided.people()["number_h"][0]
    shown = decided.hearthlink("review", "show", item, "--as", STEWARD).output
    assert "edu_pupils.csv" in shown and "hou_household_members.csv" in shown
    assert "confirmed" in decided.hearthlink("explain", key).output
    assert decided.hearthlink("review", "list").exit_code == 0
    assert "papers seen" in decided.hearthlink("do-not-link", "list", "--as", STEWARD).output
    with connect(decided.settings, "admin") as conn:
        told = conn.execute(
            "select string_agg(evidence::text, ' ') from matched.links union all"
            " select string_agg(concat_ws(' ', item_id, reason, rule, evidence), ' ') from matched.review_queue"
            " union all select string_agg(concat_ws(' ', person_key, link_path, explanation), ' ')"
            " from matched.link_explanations"
            " union all select string_agg(detail::text, ' ') from control.access_log"
        ).fetchall()
        logged = {row[0] for row in conn.execute("select action from control.access_log").fetchall()}
    logs = [path.read_text(errors="replace") for path in decided.settings.logs_dir.rglob("*") if path.is_file()]
    everything = " ".join([*decided.said, *(row[0] for row in told), *logs])
    ids = {record.partition(":")[2] for record in decided.ids.values()}
    names = {"Ash", "Birch", "Reed", "Juniper", "Sorb", "Lime", "Hazel", "Acer", "Cedar", "Wych", "Lily", "Mia"}
    values = {nhs_number(serial) for serial in (1, 8, 9, 40, 41, 42, 51, 52)} | {upn(3), "AA1 1A", "AA11A"}
    dates = {"2014-05-06", "1991-01-31", "2010-10-10"}
    assert {word for word in ids | names | values | dates if word in everything} == set()
    assert logged >= {"review_export", "review_import", "review_show", "do_not_link_add", "do_not_link_list"}


def test_the_analyst_reads_neither_the_register_nor_what_is_made_of_it(decided: World) -> None:
    for table in ("matched.kept_apart", "matched.decided_pairs", "matched.person_hashes", "control.do_not_link"):
        refused = decided.hearthlink("query", f"select * from {table}")
        assert refused.exit_code == 1
        assert "permission denied" in refused.output
