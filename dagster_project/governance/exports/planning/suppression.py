"""Counts that give nobody away: small ones are left out, and as many more as it takes that none can be worked out.

Of each table its totals are known, so the cells left out are the unknowns of as many equations as there are rows and
columns. As the edges of a graph between rows and columns, a cell can be worked out exactly when its edge is a bridge;
so every bridge gets a way round, by leaving out the cheapest cells (clause SE-07).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

Cell = tuple[str, str]


@dataclass(frozen=True)
class Grid:
    """Counts by row and column. Each total must be none or at least the least cell: it is shown."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Mapping[Cell, int]

    def line(self, name: str, axis: int) -> list[Cell]:
        """The cells of a row (axis 0) or of a column (axis 1)."""
        pairs = [(name, other) if axis == 0 else (other, name) for other in (self.columns, self.rows)[axis]]
        return pairs

    def total(self, name: str, axis: int) -> int:
        """The total of a row (axis 0) or of a column (axis 1)."""
        return sum(self.counts.get(cell, 0) for cell in self.line(name, axis))


def small_cells(grid: Grid, min_cell: int) -> frozenset[Cell]:
    """The cells that are left out for themselves: of somebody, but of too few."""
    return frozenset(cell for cell, count in grid.counts.items() if 0 < count < min_cell)


def left_out(grid: Grid, min_cell: int) -> frozenset[Cell] | None:
    """The cells to leave out: the small ones, and others so that none follows from the totals. None: there is no way.

    Of those left out in one row or column the sum is at least the least cell, since the totals tell it.
    """
    hidden = set(small_cells(grid, min_cell))
    while True:
        bridge = next(_bridges(hidden), None)
        if bridge is not None:
            way = _way_round(grid, hidden, bridge)
            if way is None:
                return None
            hidden |= way
            continue
        more = next(_too_little(grid, hidden, min_cell), None)
        if more is None:
            return frozenset(hidden)
        hidden.add(more)


def rounded(count: int, base: int) -> int:
    """To the nearest multiple; somebody is never rounded to nobody."""
    return max(base, (count + base // 2) // base * base) if count else 0


def _bridges(hidden: set[Cell]) -> Iterator[Cell]:
    graph = nx.Graph((("row", row), ("column", column)) for row, column in sorted(hidden))
    for ends in nx.bridges(graph):
        (_, column), (_, row) = sorted(ends)
        yield row, column


def _way_round(grid: Grid, hidden: set[Cell], bridge: Cell) -> set[Cell] | None:
    """The cells of the cheapest path between the ends of a bridge that does not use it.

    A cell that holds nobody helps nobody: that a count is not below nought would tell it.
    """
    graph = nx.Graph()
    for (row, column), count in grid.counts.items():
        if count and (row, column) != bridge:
            graph.add_edge(("row", row), ("column", column), weight=0 if (row, column) in hidden else count)
    try:
        path = nx.shortest_path(graph, ("row", bridge[0]), ("column", bridge[1]), weight="weight")
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return None
    steps = [sorted(ends) for ends in pairwise(path)]
    return {(row[1], column[1]) for column, row in steps}


def _too_little(grid: Grid, hidden: set[Cell], min_cell: int) -> Iterator[Cell]:
    for axis, names in enumerate((grid.rows, grid.columns)):
        for name in names:
            cells = grid.line(name, axis)
            if 0 < sum(grid.counts.get(cell, 0) for cell in cells if cell in hidden) < min_cell:
                shown = [cell for cell in cells if cell not in hidden and grid.counts.get(cell, 0)]
                yield min(shown, key=lambda cell: (grid.counts[cell], cell))
