"""The cases that decide whether linkage is safe, each with an outcome: one person, a question to review, or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.linkage.named_kit import named_population
from tests.linkage.population import HOMES, TA, Council, dbt, load


@dataclass(frozen=True)
class Linked:
    """What the build made of the population."""

    ids: dict[str, str | list[str]]
    person_of: dict[str, str]
    reasons: dict[frozenset[str], set[str]]
    tiers: dict[str, int]
    evidence: str

    def are_one(self, *cases: str) -> bool:
        keys = {self.person_of.get(str(self.ids[case]), case) for case in cases}
        return len(keys) == 1

    def reasons_of(self, left: str, right: str) -> set[str]:
        return self.reasons.get(frozenset((str(self.ids[left]), str(self.ids[right]))), set())

    def is_apart(self, left: str, right: str) -> bool:
        return not self.are_one(left, right)


@pytest.fixture(scope="module")
def linked(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Linked]:
    council = Council()
    ids = named_population(council)
    load(own_warehouse, council)
    seeds = "resource_type:seed,linkage_*"
    dbt(
        own_warehouse,
        tmp_path_factory.mktemp("dbt"),
        "build",
        "--exclude-resource-type",
        "unit_test",
        "--select",
        f"staged matched {seeds}",
    )
    with connect(own_warehouse, "hl_analyst") as conn:
        records = conn.execute("select record_id, person_key, tier from matched.person_records").fetchall()
        items = conn.execute("select left_record_id, right_record_id, reason from matched.review_queue").fetchall()
        evidence = conn.execute(
            "select concat((select string_agg(evidence::text, ' ') from matched.links),"
            " (select string_agg(evidence::text, ' ') from matched.review_queue))"
        ).fetchone()
    reasons: dict[frozenset[str], set[str]] = {}
    for left, right, reason in items:
        reasons.setdefault(frozenset((left, right or left)), set()).add(reason)
    yield Linked(
        ids,
        {record: key for record, key, _ in records},
        reasons,
        {record: tier for record, _, tier in records},
        str(evidence and evidence[0]),
    )


@pytest.mark.parametrize(
    ("records", "tier"),
    [
        (("nhs_a", "nhs_h"), 1),
        (("placeholder_a", "placeholder_h"), 1),
        (("swap_c", "swap_h"), 1),
        (("upn_c", "upn_e", "upn_h"), 3),
        (("former_c", "former_e", "former_h"), 3),
        (("id_c", "id_h"), 2),
        (("key_a", "key_h"), 3),
        (("barred_a", "barred_h"), 3),
        (("code_a", "code_h"), 4),
        (("close_a", "close_h"), 4),
        (("no_veto_c", "no_veto_h"), 3),
        (("again_a", "again_h", "again_t1", "again_t2"), 3),
        (("moved_h", "moved_a"), 3),
        (("jack_h", "jack_e"), 3),
        (("jacob_h", "jacob_e"), 3),
    ],
)
def test_one_person(linked: Linked, records: tuple[str, ...], tier: int) -> None:
    assert linked.are_one(*records)
    assert max(linked.tiers[str(linked.ids[record])] for record in records) == tier


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ("two_h", "two_c1", "ambiguous_key"),
        ("two_h", "two_c2", "ambiguous_key"),
        ("twin_h", "twin_e", "first_names_differ"),
        ("father_h", "son_e", "other_generation"),
        ("father_dated", "son_dated", "birth_dates_differ"),
        ("stranger_h", "stranger_a", "common_name"),
        ("harry_h", "harry_e", "ambiguous_key"),
        ("harry_h", "harrison_e", "ambiguous_key"),
        ("sibling_h", "sibling_c", "birth_dates_differ"),
        ("sibling_h", "own_c", "conflicting_nhs_number"),
        ("new_year_h", "new_year_a", "new_year_birth_date"),
        ("veto_h", "veto_a", "conflicting_nhs_number"),
        ("undo_h", "undo_c", "undone_two_nhs_numbers"),
        ("undo_h", "undo_e", "undone_two_nhs_numbers"),
        ("twice_h", "twice_t1", "conflicting_nhs_number"),
        ("superseded_h", "superseded_c", "conflicting_nhs_number"),
        ("superseded_h", "superseded_e", "key_contradicted"),
        ("greek_h", "greek_a", "names_differ"),
        ("nameless_h", "nameless_a", "names_differ"),
    ],
)
def test_refused_and_queued(linked: Linked, left: str, right: str, reason: str) -> None:
    assert linked.is_apart(left, right)
    assert reason in linked.reasons_of(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("cyrillic_h", "cyrillic_a"),
        ("one_script_h", "one_script_a"),
        ("arabic_h", "arabic_a"),
        ("maiden_h", "maiden_a"),
        ("preferred_h", "preferred_a"),
        ("empty_h", "empty_a"),
        ("default_h", "default_a"),
        ("unlawful_h", "unlawful_c"),
        ("restricted_h", "restricted_c"),
        ("shared_h", "shared_a"),
    ],
)
def test_nothing_at_all(linked: Linked, left: str, right: str) -> None:
    assert linked.is_apart(left, right)
    assert linked.reasons_of(left, right) == set()


def test_twins_of_one_key_are_two_people(linked: Linked) -> None:
    assert linked.is_apart("jack_h", "jacob_h") and linked.is_apart("harry_h", "harrison_h")


def test_a_hostel_links_nobody_by_its_postcode(linked: Linked) -> None:
    lodgers = {linked.person_of[record] for record in linked.ids["hostel_h"]}
    assert len(lodgers) == len(linked.ids["hostel_h"]) == 400
    assert not set(linked.ids["hostel_a"]) & set(linked.person_of)
    asked = {record for pair in linked.reasons for record in pair}
    assert not asked & {*linked.ids["hostel_h"], *linked.ids["hostel_a"]}


def test_rows_of_one_pupil_that_disagree_are_queued_and_count_for_nothing(linked: Linked) -> None:
    assert linked.reasons_of("rows_e", "rows_e") == {"identity_conflict"}
    assert linked.are_one("rows_h", "rows_e")


def test_nobody_out_of_scope_stands_in_the_matched_people(linked: Linked) -> None:
    assert not {str(linked.ids["gone_h"]), str(linked.ids["gone_a"])} & set(linked.person_of)


def test_evidence_holds_flags_and_no_values(linked: Linked) -> None:
    assert "agree" in linked.evidence and "conflict" in linked.evidence
    assert not any(character.isdigit() for character in linked.evidence)


def test_the_pool_around_people_in_scope_gives_what_linking_everybody_gives(
    linked: Linked, own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    read = "select person_key, partner, record_id, tier from matched.person_records order by 2, 3"
    pool = "select count(*) from matched.linking_pool"
    with connect(own_warehouse, "hl_analyst") as conn:
        before = conn.execute(read).fetchall()
        ((around,),) = conn.execute(pool).fetchall()
    dbt(
        own_warehouse,
        tmp_path_factory.mktemp("dbt"),
        "run",
        "--select",
        "matched",
        "--vars",
        "link_everybody: true",
    )
    with connect(own_warehouse, "hl_analyst") as conn:
        ((everybody,),) = conn.execute(pool).fetchall()
        assert conn.execute(read).fetchall() == before
    assert everybody > around > 0
    assert {TA, HOMES} <= {row[1] for row in before}
