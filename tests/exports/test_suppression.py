"""Counts that were left out cannot be worked out from those that were shown: tried by solving for each of them."""

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.governance.exports.planning.counts import merged, tables
from dagster_project.governance.exports.planning.generalise import generalised
from dagster_project.governance.exports.planning.suppression import Cell, Grid, left_out, rounded, small_cells
from tests.exports_kit import AS_AT, invented_people

LEAST = 5


def grid(*rows: Sequence[int]) -> Grid:
    names, columns = tuple(f"r{n}" for n in range(len(rows))), tuple(f"c{n}" for n in range(len(rows[0])))
    return Grid(names, columns, {(r, c): rows[i][j] for i, r in enumerate(names) for j, c in enumerate(columns)})


def solved(table: Grid, hidden: frozenset[Cell]) -> set[Cell]:
    """The hidden cells that follow from the exact totals and the cells shown, by elimination with fractions."""
    cells = sorted(hidden)
    lines = [table.line(name, axis) for axis, names in enumerate((table.rows, table.columns)) for name in names]
    matrix = [[Fraction(cell in line) for cell in cells] for line in lines]
    pivots: dict[int, list[Fraction]] = {}
    for row in matrix:
        for column, pivot in pivots.items():
            if row[column]:
                row = [value - row[column] * other for value, other in zip(row, pivot, strict=True)]
        lead = next((place for place, value in enumerate(row) if value), None)
        if lead is None:
            continue
        row = [value / row[lead] for value in row]
        pivots = {
            column: [value - pivot[lead] * other for value, other in zip(pivot, row, strict=True)]
            for column, pivot in pivots.items()
        } | {lead: row}
    return {cells[column] for column, row in pivots.items() if sum(value != 0 for value in row) == 1}


def range_of(table: Grid, hidden: frozenset[Cell], cell: Cell) -> tuple[float, float]:
    """Between what and what a hidden cell lies, for somebody who knows that no count is below nought."""
    from scipy.optimize import linprog

    cells = sorted(hidden)
    lines = [table.line(name, axis) for axis, names in enumerate((table.rows, table.columns)) for name in names]
    equal = [[float(one in line) for one in cells] for line in lines]
    known = [float(sum(table.counts.get(one, 0) for one in line if one in hidden)) for line in lines]
    ends = []
    for sign in (1, -1):
        found = linprog([sign * float(one == cell) for one in cells], A_eq=equal, b_eq=known, bounds=(0, None))
        assert found.status == 0
        ends.append(sign * found.fun)
    return ends[0], ends[1]


def test_a_single_small_cell_would_follow_from_its_totals_so_three_more_go() -> None:
    table = grid((3, 20, 30), (15, 40, 9), (12, 8, 11))
    assert solved(table, small_cells(table, LEAST)) == {("r0", "c0")}
    hidden = left_out(table, LEAST)
    assert hidden is not None
    assert solved(table, hidden) == set()
    assert len(hidden) == 4
    # The cheapest way round: 12, 8 and 20 rather than 15, 40 and 20.
    assert sum(table.counts[cell] for cell in hidden) == 3 + 12 + 8 + 20


def test_small_cells_alone_do_not_hide_each_other_when_their_sum_tells() -> None:
    table = grid((1, 1, 30), (1, 1, 30), (20, 20, 40))
    assert solved(table, small_cells(table, LEAST)) == set()
    hidden = left_out(table, LEAST)
    assert hidden is not None
    assert range_of(table, small_cells(table, LEAST), ("r0", "c0")) == (0, 2)
    assert all(range_of(table, hidden, cell) == (0, 4) for cell in small_cells(table, LEAST))


def test_a_cell_of_nobody_hides_nobody() -> None:
    table = grid((4, 6, 0), (0, 0, 30), (0, 10, 20))
    hidden = left_out(table, LEAST)
    assert hidden is None or all(table.counts[cell] for cell in hidden)


def test_a_table_without_a_way_round_is_not_shown_at_all() -> None:
    assert left_out(grid((4, 6), (8, 0)), LEAST) is None


def test_nothing_small_nothing_left_out() -> None:
    assert left_out(grid((5, 0), (9, 7)), LEAST) == frozenset()


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.integers(0, 10_000))
def test_no_hidden_cell_of_any_table_can_be_solved_for(rows: int, columns: int, seed: int) -> None:
    chance = random.Random(seed)
    table = grid(*([chance.choice((0, 1, 2, 4, 5, 6, 9, 17, 60)) for _ in range(columns)] for _ in range(rows)))
    totals = [table.total(name, axis) for axis, names in enumerate((table.rows, table.columns)) for name in names]
    hidden = left_out(table, LEAST) if all(total == 0 or total >= LEAST for total in totals) else None
    if hidden:
        assert small_cells(table, LEAST) <= hidden
        assert solved(table, hidden) == set()
        for cell in small_cells(table, LEAST):
            low, high = range_of(table, hidden, cell)
            assert high - low >= 1


@pytest.mark.parametrize(
    ("count", "base", "shown"),
    [(0, 5, 0), (5, 5, 5), (7, 5, 5), (8, 5, 10), (12, 5, 10), (13, 5, 15), (7, 20, 20), (31, 20, 40), (9, 1, 9)],
)
def test_rounding_never_makes_somebody_nobody(count: int, base: int, shown: int) -> None:
    assert rounded(count, base) == shown


def test_categories_are_joined_until_each_total_can_be_shown() -> None:
    ages = {"0 to under 5": 40, "55 to under 65": 9, "65 to under 75": 3, "75 or more": 1, "Not known": 2}
    joined = merged("age_band", ages, LEAST)
    assert joined is not None
    assert set(joined.values()) == {"0 to under 5", "55 to under 65", "65 or more or not known"}
    assert merged("household_size", {"1": 9, "4": 3, "5 or more": 4}, LEAST) == {
        "1": "1", "4": "4 or more", "5 or more": "4 or more"}  # fmt: skip
    assert merged("district", {"AA1": 90, "AA2": 7, "AA3": 2, "AA4": 2}, LEAST) == {
        "AA1": "AA1", "AA2": "Others", "AA3": "Others", "AA4": "Others"}  # fmt: skip
    assert merged("has_ehcp", {"Y": 4, "N": 90, "Not known": 8}, LEAST) is None
    assert merged("has_ehcp", {"Y": 9, "N": 90, "Not known": 2}, LEAST) == {
        "Y": "Y", "N": "N or not known", "Not known": "N or not known"}  # fmt: skip


@pytest.mark.parametrize("count", [60, 700, 20_000])
def test_no_cell_left_out_of_the_tables_of_a_council_can_be_solved_for(count: int) -> None:
    rows = generalised(invented_people(count, seed=count), AS_AT)
    found = tables(rows, LEAST, 1)
    assert found.shown
    small = 0
    for table in found.shown:
        labels = {name: merged(name, _counted(rows, name), LEAST) or {} for name in (table.by, table.of)}
        exact = Grid(table.rows, table.columns, _counted_pairs(rows, table.by, table.of, labels))
        hidden = frozenset(cell for cell, shown in table.cells.items() if shown is None)
        assert all(exact.total(name, 0) == table.row_totals[name] >= LEAST for name in table.rows)
        assert all(exact.total(name, 1) == table.column_totals[name] >= LEAST for name in table.columns)
        assert small_cells(exact, LEAST) <= hidden
        assert solved(exact, hidden) == set()
        small += len(small_cells(exact, LEAST))
    assert small, "the council has counts to hide"


def _counted(rows: list[dict[str, str]], name: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[name]] = counts.get(row[name], 0) + 1
    return counts


def _counted_pairs(
    rows: list[dict[str, str]], by: str, of: str, labels: Mapping[str, Mapping[str, str]]
) -> dict[Cell, int]:
    counts: dict[Cell, int] = {}
    for row in rows:
        cell = labels[by][row[by]], labels[of][row[of]]
        counts[cell] = counts.get(cell, 0) + 1
    return counts
