"""Tables of counts: age, district and household by gender and each indicator, with their totals (clause SE-07)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster_project.governance.exports.planning.generalise import BANDS, UNKNOWN, Row
from dagster_project.governance.exports.planning.suppression import Cell, Grid, left_out, rounded, small_cells

BY = ("age_band", "district", "household_size")
TOTAL = "Total"
LEFT_OUT = "left out"
ELSEWHERE = "Others"
_YES, _NO = "Y", "N"
_NOT_YES = "N or not known"
Merge = Mapping[str, str]


@dataclass(frozen=True)
class Counts:
    """One table as it leaves: `cells` hold rounded counts, None where one is left out; totals are always there.

    `primary` cells were left out for themselves, `secondary` so that those cannot be worked out.
    """

    by: str
    of: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[Cell, int | None]
    row_totals: Mapping[str, int]
    column_totals: Mapping[str, int]
    total: int
    primary: int
    secondary: int


@dataclass(frozen=True)
class Tables:
    """All tables, and the columns and tables that are too small to be shown at all."""

    shown: tuple[Counts, ...]
    left_out: tuple[str, ...]


def tables(rows: Sequence[Row], min_cell: int, base: int) -> Tables:
    """Every table of the rows, with what is small left out and what is shown rounded."""
    names = list(rows[0]) if rows else []
    merges = {name: merged(name, Counter(row[name] for row in rows), min_cell) for name in names}
    shown, missing = [], [name for name in names if merges[name] is None]
    for by in BY:
        for of in names:
            if of in BY or (rows_merge := merges.get(by)) is None or (columns_merge := merges[of]) is None:
                continue
            grid = _grid(rows, by, of, rows_merge, columns_merge)
            hidden = left_out(grid, min_cell)
            if hidden is None:
                missing.append(f"{of} by {by}")
            else:
                shown.append(_told(grid, by, of, hidden, min_cell, base))
    return Tables(tuple(shown), tuple(missing))


def merged(name: str, counts: Mapping[str, int], min_cell: int) -> Merge | None:
    """Value to the label that it is counted under, so that each total can be shown. None: there is no such way.

    Bands are joined with their neighbours, flags to `N or not known`, districts and the like to `Others`.
    """
    present = {value: count for value, count in counts.items() if count}
    if name in BANDS:
        labels = _joined_bands(name, present, min_cell)
    elif set(present) <= {_YES, _NO, UNKNOWN}:
        labels = _joined_flags(present, min_cell)
    else:
        labels = _gathered(present, min_cell)
    totals: Counter[str] = Counter()
    for value, count in present.items():
        totals[labels[value]] += count
    return labels if totals and min(totals.values()) >= min_cell else None


def _joined_flags(counts: Mapping[str, int], min_cell: int) -> dict[str, str]:
    few = any(0 < counts.get(value, 0) < min_cell for value in (_NO, UNKNOWN))
    return {value: _NOT_YES if few and value != _YES else value for value in counts}


def _gathered(counts: Mapping[str, int], min_cell: int) -> dict[str, str]:
    """The smallest values under one label, as many as it takes."""
    gathered: set[str] = set()
    for value, count in sorted(counts.items(), key=lambda pair: (pair[1], pair[0])):
        if count >= min_cell and (not gathered or sum(counts[one] for one in gathered) >= min_cell):
            break
        gathered.add(value)
    return {value: ELSEWHERE if value in gathered else value for value in counts}


def _joined_bands(name: str, counts: Mapping[str, int], min_cell: int) -> dict[str, str]:
    """Neighbouring bands joined, the smallest first. What is not known is joined as if it came after the last band."""
    groups = [[label] for label in (*BANDS[name].labels, UNKNOWN) if counts.get(label)]

    def size(place: int) -> int:
        return sum(counts[label] for label in groups[place])

    while len(groups) > 1 and size(smallest := min(range(len(groups)), key=size)) < min_cell:
        beside = [place for place in (smallest - 1, smallest + 1) if 0 <= place < len(groups)]
        first = min(smallest, min(beside, key=size))
        groups[first : first + 2] = [groups[first] + groups[first + 1]]
    return {label: _joined(group) for group in groups for label in group}


def _joined(labels: Sequence[str]) -> str:
    """`25 to under 35` and `35 to under 45` are `25 to under 45`."""
    known = [label for label in labels if label != UNKNOWN]
    if not known:
        return UNKNOWN
    first, last = known[0], known[-1]
    low = first.split(" to under ")[0]
    if first == last:
        joined = first
    elif " to under " in last:
        joined = f"{low} to under {last.split(' to under ')[1]}"
    elif last.endswith(" or more"):
        joined = f"{low} or more"
    else:
        joined = f"{low} to {last}"
    return joined if len(known) == len(labels) else f"{joined} or not known"


def _grid(rows: Sequence[Row], by: str, of: str, rows_merge: Merge, columns_merge: Merge) -> Grid:
    counts = Counter((rows_merge[row[by]], columns_merge[row[of]]) for row in rows)
    return Grid(_in_order(by, rows_merge), _in_order(of, columns_merge), counts)


def _in_order(name: str, merge: Merge) -> tuple[str, ...]:
    order = [*BANDS[name].labels, UNKNOWN] if name in BANDS else [_YES, _NO, *sorted(set(merge) - {UNKNOWN}), UNKNOWN]
    return tuple(dict.fromkeys(merge[value] for value in order if value in merge))


def _told(grid: Grid, by: str, of: str, hidden: frozenset[Cell], min_cell: int, base: int) -> Counts:
    primary = len(small_cells(grid, min_cell))
    return Counts(
        by,
        of,
        grid.rows,
        grid.columns,
        {
            (row, column): None if (row, column) in hidden else rounded(grid.counts.get((row, column), 0), base)
            for row in grid.rows
            for column in grid.columns
        },
        {row: rounded(grid.total(row, 0), base) for row in grid.rows},
        {column: rounded(grid.total(column, 1), base) for column in grid.columns},
        rounded(sum(grid.counts.values()), base),
        primary,
        len(hidden) - primary,
    )
