"""Whoever knows age, gender, district and housing of somebody finds a group, and no group tells on its members."""

from collections import defaultdict
from datetime import date

import pytest

from dagster_project.governance.exports.planning.anonymity import SUPPRESSED, protect, smallest_group
from dagster_project.governance.exports.planning.generalise import (
    AGE,
    ITEMS,
    QUASI_IDENTIFIERS,
    age_on,
    district,
    generalised,
    quasi_identifiers,
)
from dagster_project.governance.exports.planning.people import Person
from tests.exports_kit import AS_AT, invented_people

QUASI = ("household_size", "district")


def rows(*groups: tuple[str, str, str, int]) -> list[dict[str, str]]:
    return [
        {"household_size": size, "district": place, "flag": flag}
        for size, place, flag, count in groups
        for _ in range(count)
    ]


def test_a_small_group_gives_up_columns_until_it_is_lost_among_others() -> None:
    found = protect(
        rows(("1", "AA1", "N", 6), ("2", "AA1", "N", 3), ("3", "AA1", "N", 2), ("3", "AA2", "N", 1)), QUASI, 5
    )
    assert found.k == 5
    assert found.dropped == 1
    assert found.suppressed == {"household_size": 5, "district": 0}
    assert [row["household_size"] for row in found.rows] == ["1"] * 6 + [SUPPRESSED] * 5


def test_a_group_that_is_alike_in_what_tells_is_no_group() -> None:
    alike = protect(rows(("1", "AA1", "Y", 6), ("2", "AA1", "N", 9), ("3", "AA1", "N", 3)), QUASI, 5)
    assert [row["household_size"] for row in alike.rows if row["flag"] == "Y"] == [SUPPRESSED] * 6
    assert alike.dropped == 0


def test_what_nearly_everybody_shares_tells_nothing() -> None:
    assert protect(rows(("1", "AA1", "Y", 40), ("2", "AA1", "N", 5)), QUASI, 5).suppressed["household_size"] == 0


def test_too_few_people_are_not_exported() -> None:
    assert protect(rows(("1", "AA1", "N", 4)), QUASI, 5).rows == ()
    assert protect([], QUASI, 5).k == 0


def test_a_council_of_20000_is_k_anonymous_and_keeps_most_of_what_it_knows() -> None:
    given = generalised(invented_people(20_000, seed=1), AS_AT)
    quasi = quasi_identifiers(list(given[0]))
    assert set(quasi) == set(QUASI_IDENTIFIERS)
    found = protect(given, quasi, 5)
    assert found.k == smallest_group(found.rows, quasi) >= 5
    assert len(found.rows) + found.dropped == 20_000
    assert found.dropped < 200
    assert sum(found.suppressed.values()) < 0.12 * 20_000 * len(quasi)
    groups = defaultdict(list)
    for row in found.rows:
        groups[tuple(row[name] for name in quasi)].append(row)
    for group in groups.values():
        for name in ("has_child_protection_plan", "is_child_in_care", "is_at_risk_of_exploitation", "has_ehcp"):
            assert {row[name] for row in group} != {"Y"}
    for place, row in zip(found.kept, found.rows, strict=True):
        assert all(row[name] in (given[place][name], SUPPRESSED) for name in quasi)
        assert all(row[name] == given[place][name] for name in row if name not in quasi)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 11, 20), date(2026, 11, 19), 15),
        (date(2010, 11, 20), date(2026, 11, 20), 16),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2027, 1, 1), date(2026, 1, 1), None),
        (date(1800, 1, 1), date(2026, 1, 1), None),
        (None, date(2026, 1, 1), None),
    ],
)
def test_an_age_is_reached_on_the_birthday(born: date | None, day: date, age: int | None) -> None:
    assert age_on(born, day) == age


def test_bands_and_districts_hold_no_single_value() -> None:
    assert [AGE.of(age) for age in (0, 4, 5, 17, 74, 75, 101, None)] == [
        "0 to under 5", "0 to under 5", "5 to under 11", "16 to under 18", "65 to under 75", "75 or more", "75 or more",
        "Not known"]  # fmt: skip
    postcodes = ("aa1 1zz", "AA11 1ZZ", "A1A 1ZZ", "AA1", "", None, "CANARY ROW")
    assert [district(one) for one in postcodes] == [
        "AA1",
        "AA11",
        "A1A",
        "Not known",
        "Not known",
        "Not known",
        "Not known",
    ]


def test_an_item_that_is_not_listed_has_no_way_out() -> None:
    assert not {"first_name", "last_name", "disabilities", "current_school", "assigned_caseworkers", "postcode"} & set(
        ITEMS
    )
    with pytest.raises(KeyError):
        generalised([Person("p1", None, None, 1, False, {"disabilities": "free text"})], AS_AT)
