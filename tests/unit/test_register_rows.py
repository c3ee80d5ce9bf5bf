"""The 105 rows of the clause table, written down once more here: the register has each, as the kind that it is."""

from collections import Counter

from dagster_project.agreement.register import load_register

# Per group how many clauses there are, and which of them are not enforced by the system alone.
ROWS = {"HD": 6, "PU": 5, "DC": 1, "CB": 2, "LB": 21, "DS": 3, "F": 30, "MA": 7, "ND": 1, "RE": 8, "TR": 12, "SE": 9}
EVIDENCED = {
    *("HD-01", "HD-05", "PU-01", "PU-02", "PU-03", "PU-04", "CB-01"),
    *(f"LB-{number:02}" for number in range(3, 19)),
    *(f"RE-{number:02}" for number in range(3, 9)),
    *("TR-01", "TR-11", "SE-03", "SE-04"),
}
ATTESTED = {"LB-19", "LB-20", "LB-21", "RE-02", "TR-02", "TR-03"}
# Evidenced or enforced as far as the product reaches, and vouched for by a person beyond that.
ALSO_ATTESTED = {"SE-03", "SE-04", "SE-08"}
IDS = [f"{group}-{number:02}" for group, count in ROWS.items() for number in range(1, count + 1)]


def test_every_row_is_in_the_register_and_nothing_else_is() -> None:
    assert len(IDS) == 105
    assert sorted(clause.id for clause in load_register()) == sorted(IDS)


def test_each_row_is_of_its_kind() -> None:
    kinds = {clause.id: clause.kind for clause in load_register()}
    assert {name for name, kind in kinds.items() if kind == "evidenced"} == EVIDENCED
    assert {name for name, kind in kinds.items() if kind == "attested"} == ATTESTED
    assert Counter(kinds.values()) == {"enforced": 66, "evidenced": 33, "attested": 6}


def test_what_people_vouch_for_has_a_term() -> None:
    assert {clause.id for clause in load_register() if clause.attestation_days} == ATTESTED | ALSO_ATTESTED
