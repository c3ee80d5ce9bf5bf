"""Decisions that cannot stand beside others are found before they are recorded."""

import pytest

from dagster_project.governance.decisions.standing import CONFIRM, REJECT, UNSURE, Pair, Standing, pair

A, B, C, D = "asc|1", "csc|1", "edu|1", "ta|1"


@pytest.mark.parametrize(
    ("register", "decided", "new", "refused"),
    [
        (set(), {}, {(A, B): CONFIRM}, set()),
        ({(A, B)}, {}, {(A, B): CONFIRM}, {(A, B)}),
        ({(A, C)}, {(A, B): CONFIRM}, {(B, C): CONFIRM}, {(B, C)}),
        ({(A, C)}, {}, {(A, B): CONFIRM, (B, C): CONFIRM}, {(A, B), (B, C)}),
        (set(), {(A, C): REJECT}, {(A, B): CONFIRM, (B, C): CONFIRM}, {(A, B), (B, C)}),
        # another person than the torn one
        ({(A, B)}, {}, {(C, D): CONFIRM}, set()),
        # kept apart from everybody
        ({(A, None)}, {}, {(A, B): CONFIRM}, {(A, B)}),
        (set(), {(A, B): CONFIRM}, {(A, None): REJECT}, {(A, None)}),
        (set(), {}, {(A, None): REJECT, (A, B): CONFIRM}, {(A, None), (A, B)}),
        # the newest decision on a pair counts, so a confirmation can be turned into a rejection
        (set(), {(A, B): CONFIRM}, {(A, B): REJECT}, set()),
        (set(), {(A, B): REJECT}, {(A, B): CONFIRM}, set()),
        (set(), {(A, B): CONFIRM, (B, C): CONFIRM}, {(A, C): REJECT}, {(A, C)}),
        # rejecting one of two confirmed links takes apart what the register keeps apart
        ({(A, C)}, {(A, B): CONFIRM, (B, C): CONFIRM}, {(B, C): REJECT}, set()),
        ({(A, C)}, {(A, B): CONFIRM}, {(B, C): UNSURE}, set()),
        (set(), {}, {(A, None): CONFIRM}, set()),
    ],
)
def test_what_cannot_stand_is_refused(
    register: set[Pair], decided: dict[Pair, str], new: dict[Pair, str], refused: set[Pair]
) -> None:
    assert set(Standing(register, decided).contradictions(new)) == refused


def test_a_pair_is_in_the_order_of_its_keys() -> None:
    assert pair(B, A) == pair(A, B) == (A, B)
    assert pair(A, None) == (A, None)
