"""k-anonymity by local suppression, and no group that gives its members' secrets away (clause SE-07).

People who are alike in what others may know of them form a group. A group of fewer than k, or one whose members all
share a telling value, gives up one column after the other until it is lost among others; what is left over is dropped.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dagster_project.governance.exports.planning.generalise import BANDS, UNKNOWN, Row

SUPPRESSED = "*"
# What most people share tells nothing about one of them.
COMMON_SHARE = 0.75
_SAYS_LITTLE = frozenset({"N", UNKNOWN})


@dataclass(frozen=True)
class Protected:
    """What may leave, and what that took.

    `kept` are places in the given rows, in their order, and `rows` what became of them; `k` is the smallest group that
    is left, `suppressed` the cells per column that were given up, `dropped` the rows that found no group.
    """

    kept: tuple[int, ...]
    rows: tuple[Row, ...]
    k: int
    suppressed: Mapping[str, int]
    dropped: int


def protect(rows: Sequence[Row], quasi: Sequence[str], k: int) -> Protected:
    """Suppress until each group has at least k rows and none is alike in a telling value.

    `quasi` are the columns by which people might be found, in the order in which they are given up.
    """
    sensitive = [name for name in (rows[0] if rows else ()) if name not in quasi]
    common = _common(rows, sensitive)
    left: dict[int, Row] = {place: dict(row) for place, row in enumerate(rows)}
    unsafe = set(_unsafe(left, quasi, sensitive, common, k))
    for column in quasi:
        for place in unsafe:
            left[place][column] = SUPPRESSED
        unsafe = set(_unsafe(left, quasi, sensitive, common, k))
    # Whoever is dropped may leave others too few: until nobody is.
    while unsafe:
        for place in unsafe:
            del left[place]
        unsafe = set(_unsafe(left, quasi, sensitive, common, k))
    kept = tuple(sorted(left))
    suppressed = Counter({name: sum(left[place][name] == SUPPRESSED for place in kept) for name in quasi})
    return Protected(
        kept,
        tuple(left[place] for place in kept),
        smallest_group(left.values(), quasi),
        suppressed,
        len(rows) - len(kept),
    )


def smallest_group(rows: Iterable[Row], quasi: Sequence[str]) -> int:
    """The k that rows have: the size of the smallest group alike in those columns; 0 without rows."""
    return min(Counter(tuple(row[name] for name in quasi) for row in rows).values(), default=0)


def _unsafe(
    rows: Mapping[int, Row], quasi: Sequence[str], sensitive: Sequence[str], common: Mapping[str, str | None], k: int
) -> Iterator[int]:
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, row in rows.items():
        groups[tuple(row[name] for name in quasi)].append(place)
    for places in groups.values():
        if len(places) < k or any(_tells([rows[place][name] for place in places], name, common) for name in sensitive):
            yield from places


def _tells(values: Sequence[str], column: str, common: Mapping[str, str | None]) -> bool:
    """Whether to know the group is to know something about each of its members."""
    value = values[0]
    lowest = BANDS[column].labels[0] if column in BANDS else None
    if value in _SAYS_LITTLE or value in (lowest, common[column]):
        return False
    return all(other == value for other in values)


def _common(rows: Sequence[Row], columns: Sequence[str]) -> dict[str, str | None]:
    """The value of each column that most people have, if one is that common."""
    found: dict[str, str | None] = {}
    for name in columns:
        value, count = Counter(row[name] for row in rows).most_common(1)[0]
        found[name] = value if count >= COMMON_SHARE * len(rows) else None
    return found
