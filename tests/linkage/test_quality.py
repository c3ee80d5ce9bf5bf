"""The measure that linkage is tuned by: what counts as a right, a wrong and a missed pair."""

import pytest

from tests.linkage.quality import Truth, measure

PERSON = {("ta", "1"): "ann", ("csc", "1"): "ann", ("edu", "1"): "ann", ("homes", "2"): "bob", ("asc", "2"): "bob"}
SOURCE = {
    ("ta", "1"): "housing",
    ("csc", "1"): "csc",
    ("edu", "1"): "edu",
    ("homes", "2"): "housing",
    ("asc", "2"): "asc",
}
TRUTH = Truth(PERSON, SOURCE)


@pytest.mark.parametrize(
    ("clusters", "linked", "right", "exposed"),
    [
        ({record: person for record, person in PERSON.items()}, 4, 4, 0),
        ({record: str(place) for place, record in enumerate(PERSON)}, 0, 0, 0),
        # everybody in one: two records of one kind of system are no cross-source pair
        (dict.fromkeys(PERSON, "one"), 9, 4, 5),
        ({("ta", "1"): "a", ("csc", "1"): "a", ("edu", "1"): "b", ("asc", "2"): "b"}, 2, 1, 2),
    ],
)
def test_pairs_are_counted_across_sources(
    clusters: dict[tuple[str, str], str], linked: int, right: int, exposed: int
) -> None:
    quality = measure(TRUTH, clusters)
    assert (quality.linked, quality.right, quality.true, quality.exposed) == (linked, right, 4, exposed)


def test_recall_can_be_limited_to_people_in_scope() -> None:
    assert measure(TRUTH, {}, {"bob"}).true == 1
