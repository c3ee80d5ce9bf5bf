"""Each method of tier 5 links a pair that no tier before it links, and leaves alone what only looks like one person.

Splink, which learns from the records of a whole run, has its own test (`tests/integration/test_tier_5_run.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, islice, product
from string import ascii_lowercase
from typing import get_args

import pytest

from dagster_project.agreement.content import MatchMethod
from dagster_project.governance.linkage.splink_pairs import BANDS
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from tests.linkage.decisions_kit import World
from tests.linkage.population import CSC, EDU, TA, Council, dbt, load, nhs_number, upn

STEWARD = "Rosa Quill"


@dataclass(frozen=True)
class Near:
    """One person as housing and children's social care write them; `{}` in a name is where families differ.

    `born` and `also_born` are month and day, for each family has a year of its own. `both`: numbers that both records
    hold. `former`: the last name that the child had before. `twin`: another child of the family.
    """

    housed: str
    child: str
    born: str = "03-05"
    also_born: str = ""
    at_home: bool = False
    both: tuple[str, ...] = ()
    former: str = ""
    twin: str = ""


NEAR = {
    "changed_last_name": Near("Ada Quennell{}", "Ada Rushby{}", at_home=True),
    "misspelt_last_name": Near("Bryony Thackeray{}", "Bryony Thackerey{}"),
    "national_insurance_number": Near("Cora Dunmore{}", "Cora Eastley{}", both=("nino",)),
    "number_and_name": Near("Dora Fenwick{}", "Dora Fenwick{}", also_born="11-27", both=("nhs_number",)),
    "other_birth_date": Near("Edna Harrow{}", "Edna Harrow{}", "03-28", "04-02", at_home=True),
    "other_first_name": Near("Mohammed Ibsen{}", "Muhammad Ibsen{}"),
    "preferred_or_former_name": Near("Gwen Kestrel{}", "Gwen Larkin{}", former="Kestrel{}"),
    "swapped_names": Near("Ashby{} Carew{}", "Carew{} Ashby{}"),
    "whole_first_name": Near("Jack Jessop{}", "Jack Jessop{}", twin="Jacob Jessop{}"),
}
# The same pair with a number of each side that contradicts the other's, restricted by its own system, kept apart.
WAYS = ("plain", "contradicted", "restricted", "kept_apart")
# So many records of one system share a birth date and a home that neither says anything of a person.
CROWD = 51


@dataclass
class Population:
    council: Council = field(default_factory=Council)
    records: dict[str, str] = field(default_factory=dict)
    _serial: Iterator[int] = field(default_factory=lambda: count(1))

    def add(self, case: str, housed: str, child: str) -> None:
        self.records |= {f"{case}_h": f"{TA}:{housed}", f"{case}_c": f"{CSC}:{child}"}

    def near(self, method: str, way: str) -> None:
        """A method's pair, of a family, a year and a home of its own."""
        near, serial = NEAR[method], next(self._serial)
        year, postcode = 1970 + serial, f"AA{9 + serial} 1AB" if near.at_home else None
        tail = "".join(chr(97 + int(digit)) for digit in str(serial))
        numbers = {"nhs_number": nhs_number(3 * serial), "nino": nino(3 * serial)}
        both = {name: numbers[name] for name in near.both}
        house, care = dict(both), dict(both)
        if way == "contradicted":
            other = "nino" if "nhs_number" in both else "nhs_number"
            house[other] = numbers[other]
            care[other] = {"nhs_number": nhs_number, "nino": nino}[other](3 * serial + 1)
        if near.former:
            care["former_last_name"] = near.former.format(tail)
        if way == "restricted":
            care["restricted"] = "Y"
        housed = self.council.housed(near.housed.format(tail, tail), f"{year}-{near.born}", postcode, **house)
        born = f"{year}-{near.also_born or near.born}"
        self.add(f"{method}_{way}", housed, self.council.child(near.child.format(tail, tail), born, postcode, **care))
        if near.twin:
            self.council.child(near.twin.format(tail), born)


def nino(serial: int) -> str:
    """A National Insurance number of a prefix that is never issued."""
    return f"QQ{serial:06d}C"


def _strangers(p: Population) -> None:
    """Pairs that come near a method's own and are two people, or may be. The name of each is the reason."""
    c, homes = p.council, (f"AA{number} 1AB" for number in count(80))
    home = next(homes)
    brother = c.housed("Alex Rook", "2010-03-05", home, gender="M")
    p.add("other_sex", brother, c.child("Alex Swift", "2010-03-05", home, sex="F"))
    p.add("no_home", c.housed("Ava Rowan", "2010-04-06"), c.child("Ava Sorrel", "2010-04-06"))
    p.add("two_last_names", c.housed("Bess Miller", "2010-05-07"), c.child("Bess Tiller", "2010-05-07"))
    for last_name in ("Miller", "Tiller"):
        for first_name in ("Una", "Vera"):
            c.adult(f"{first_name} {last_name}", "1950-05-07")
    home = next(homes)
    husband = c.housed("Carl Dove", "1971-03-05", home, nino=nino(901))
    p.add("spouse", husband, c.child("Cleo Dove", "1973-09-08", home, nino=nino(901)))
    number = {"nhs_number": nhs_number(902)}
    p.add("sister", c.housed("Dawn Finch", "2010-06-08", **number), c.child("Elsa Finch", "2012-07-09", **number))
    home = next(homes)
    p.add("generation", c.housed("Earl Heron", "1971-03-05", home), c.child("Earl Heron", "2004-06-07", home))
    p.add("two_first_names", c.housed("Ella Ibis", "2010-07-09"), c.child("Elsa Ibis", "2010-07-09"))
    p.add("swapped_sex", c.housed("Kay Lark", "2010-08-10", gender="M"), c.child("Lark Kay", "2010-08-10", sex="F"))
    # what they are called now is not what another has as a legal name
    p.add(
        "two_former_names",
        c.housed("Jade Gull", "2010-12-10", former_last_name="Knot"),
        c.child("Jade Ruff", "2010-12-10", former_last_name="Knot"),
    )
    # the third child of a family with twins, and all their names begin alike
    p.add("third_name", c.housed("Evan Merle", "2010-09-11"), c.child("Evander Merle", "2010-09-11"))
    c.child("Evangeline Merle", "2010-09-11")
    home = next(homes)
    p.add("two_candidates", c.housed("Faye Nightjar", "2010-10-12", home), c.child("Faye Osprey", "2010-10-12", home))
    c.child("Faye Plover", "2010-10-12", home)
    # a birth date and a home that one system holds for everybody whose own it does not know
    home = next(homes)
    p.add("default", c.housed("Ivy Avocet", "1999-12-30", home), c.child("Ivy Bittern", "1999-12-30", home))
    for first, last in islice(product(ascii_lowercase, repeat=2), CROWD - 1):
        c.child(f"Z{first}{last} C{last}{first}", "1999-12-30", home)
    home, number = next(homes), {"nhs_number": nhs_number(903)}
    known = c.child("Gail Quail", "1980-11-12", **number)
    p.add("known", c.housed("Gail Quail", "1980-11-12", home, **number), known)
    p.records["known_too"] = f"{CSC}:{c.child('Gail Redstart', '1980-11-12', home)}"
    home, number = next(homes), {"nhs_number": nhs_number(904)}
    whole = c.child("Hope Siskin", "2011-11-12", upn=upn(904), **number)
    p.add("whole", c.housed("Hope Siskin", "2011-11-12", home, **number), whole)
    p.records["whole_e"] = f"{EDU}:{c.pupil('Hope Teal', '2011-11-12', home, upn=upn(905))}"


@pytest.fixture(scope="module")
def world(own_warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> World:
    people = Population()
    for method in NEAR:
        for way in WAYS:
            people.near(method, way)
    _strangers(people)
    load(own_warehouse, people.council)
    with connect(own_warehouse, "admin") as conn:
        conn.execute("update agreement.match_rules set enabled = true")
        for method in NEAR:
            conn.execute("insert into agreement.match_methods values (%s, 'link')", (method,))
    world = World(own_warehouse, tmp_path_factory.mktemp("dbt"), people.records, [])
    for method in NEAR:
        one, other = (people.records[f"{method}_kept_apart_{side}"] for side in "hc")
        words = ("--record", one, "--other", other, "--by", STEWARD, "--reason", "papers seen")
        assert world.hearthlink("do-not-link", "add", *words).exit_code == 0
    dbt(own_warehouse, world.folder, "build", "--exclude-resource-type", "unit_test", "--select",
        "staged matched resource_type:seed,linkage_*")  # fmt: skip
    return world


def test_every_method_of_the_agreement_has_its_pair_here() -> None:
    assert set(NEAR) == set(get_args(MatchMethod)) - set(BANDS)


@pytest.mark.parametrize("method", NEAR)
def test_a_method_links_its_pair_in_tier_5_and_the_link_bears_its_name(world: World, method: str) -> None:
    one, other = (world.ids[f"{method}_plain_{side}"].partition(":")[2] for side in "hc")
    with connect(world.settings, "hl_analyst") as conn:
        links = conn.execute(
            "select rule, tier from matched.links where array[left_record_id, right_record_id] <@ %s", ([one, other],)
        ).fetchall()
    assert world.are_one(f"{method}_plain_h", f"{method}_plain_c")
    assert links == [(method, 5)]


@pytest.mark.parametrize("method", NEAR)
def test_no_method_links_against_a_number(world: World, method: str) -> None:
    one, other = f"{method}_contradicted_h", f"{method}_contradicted_c"
    assert not world.are_one(one, other)
    number = "conflicting_nino" if method == "number_and_name" else "conflicting_nhs_number"
    assert number in {reason for reason, _ in world.reasons(one, other)}


@pytest.mark.parametrize("way", ["restricted", "kept_apart"])
@pytest.mark.parametrize("method", NEAR)
def test_no_method_finds_who_is_restricted_or_kept_apart(world: World, method: str, way: str) -> None:
    one, other = f"{method}_{way}_h", f"{method}_{way}_c"
    assert not world.are_one(one, other)
    # tier 1 asks about a restricted record too: a number is no guess
    by_number = way == "restricted" and method == "number_and_name"
    assert world.reasons(one, other) == ([("birth_dates_differ", None)] if by_number else [])


@pytest.mark.parametrize(
    ("case", "reasons"),
    [
        ("other_sex", []),
        ("no_home", []),
        ("two_last_names", []),
        ("spouse", []),
        ("sister", ["birth_dates_differ"]),
        ("generation", ["birth_dates_differ"]),
        ("two_first_names", []),
        ("swapped_sex", []),
        ("two_former_names", []),
        ("default", []),
        ("third_name", ["ambiguous_key"]),
        ("two_candidates", ["ambiguous_key"]),
    ],
)
def test_what_only_looks_like_one_person_is_asked_or_left_alone(world: World, case: str, reasons: list[str]) -> None:
    assert not world.are_one(f"{case}_h", f"{case}_c")
    assert world.reasons(f"{case}_h", f"{case}_c") == [(reason, None) for reason in reasons]


def test_a_person_whom_a_system_knows_already_gets_no_second_record_of_it(world: World) -> None:
    assert world.are_one("known_h", "known_c")
    assert not world.are_one("known_h", "known_too")
    assert world.reasons("known_h", "known_too") == [("ambiguous_key", None)]


def test_a_number_of_the_whole_person_speaks_against_a_link(world: World) -> None:
    """The pupil number stands in the child's record, and the school's record is near the housing record alone."""
    assert not world.are_one("whole_h", "whole_e")
    assert world.reasons("whole_h", "whole_e") == [("conflicting_upn", None)]
    assert world.are_one("whole_h", "whole_c")
