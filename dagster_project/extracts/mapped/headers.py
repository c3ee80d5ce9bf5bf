"""Finding a mapping's columns in a header that somebody else wrote, and the table that a header belongs to."""

import re
import unicodedata
from dataclasses import dataclass, field

from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.mapped.model import Mapping, Table
from dagster_project.extracts.reasons import RefusalReason

# Exports put a title above the column names; further down than this nobody looks for them.
HEADER_WITHIN = 10
_NOT_ALPHANUMERIC = re.compile(r"[^0-9a-z#/\\]+")


def normal(name: str) -> str:
    """A column's name without case, accents, spaces and punctuation."""
    text = unicodedata.normalize("NFKD", name).casefold()
    return _NOT_ALPHANUMERIC.sub("", "".join(char for char in text if not unicodedata.combining(char)))


@dataclass(frozen=True)
class Match:
    """A table's columns in one header: `positions` by column, `turned` the columns to unpivot (position, name)."""

    table: str
    positions: dict[str, int]
    turned: list[tuple[int, str]] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    unknown: tuple[int, ...] = ()
    twice: tuple[int, int] | None = None

    @property
    def score(self) -> int:
        """How many columns were found."""
        return len(self.positions) + len(self.turned)


def match(name: str, table: Table, header: list[str]) -> Match:
    """Find the columns of `table` in a header. Names win over patterns; each delivered column is used once."""
    normals = [normal(text) for text in header]
    positions: dict[str, int] = {}
    taken: set[int] = set()
    twice = None
    for column, spec in table.columns.items():
        for alias in map(normal, spec.names):
            found = [i for i, text in enumerate(normals) if text and text == alias and i not in taken]
            if found:
                twice = twice or ((found[0], found[1]) if len(found) > 1 else None)
                positions[column] = found[0]
                taken.add(found[0])
                break
    for column, spec in table.columns.items():
        if column not in positions:
            found = [i for i, text in enumerate(header) if i not in taken and _fits(spec.like, text)]
            if found:
                positions[column] = found[0]
                taken.add(found[0])
    turned = []
    if table.unpivot:
        for position, text in enumerate(header):
            if position not in taken and (group := _group(table.unpivot.like, text)) is not None:
                turned.append((position, group))
                taken.add(position)
    missing = tuple(
        spec.names[0] if spec.names else column
        for column, spec in table.columns.items()
        if spec.required and column not in positions
    )
    unknown = tuple(i for i, text in enumerate(normals) if text and i not in taken)
    return Match(name, positions, turned, missing, unknown, twice)


def recognise(mapping: Mapping, names: list[str], header: list[str], place: str) -> Match:
    """The table that a file or sheet holds: by its name first, else by its columns.

    Raises:
        DeliveryRefused: no table, or several alike; a table by name that lacks a column; a column twice.
    """
    candidates = [match(name, table, header) for name, table in mapping.tables.items()]
    named = [found for found in candidates if is_named(mapping.tables[found.table], names)]
    for group in (named, candidates):
        whole = sorted((found for found in group if not found.missing and found.score), key=lambda found: -found.score)
        if whole and (len(whole) == 1 or whole[0].score > whole[1].score):
            return _sound(whole[0], place)
        if len(whole) > 1:
            alike = ", ".join(found.table for found in whole if found.score == whole[0].score)
            raise DeliveryRefused(
                RefusalReason.FILE_NOT_RECOGNISED,
                f"{place}: may be any of {alike} by its columns; name the file after one of them",
            )
    if named:
        closest = min(named, key=lambda found: len(found.missing))
        if not any(closest.table in rule.source for rule in mapping.extracts):
            # Nothing is taken of it: it is there so that its file is known and its rows are counted.
            return closest
        raise DeliveryRefused(
            RefusalReason.COLUMN_MISSING,
            f"{place}: as '{closest.table}' it lacks the column {', '.join(closest.missing)}; add it to the export, or"
            f" its name here to the mapping {mapping.mapping}",
        )
    raise DeliveryRefused(
        RefusalReason.FILE_NOT_RECOGNISED,
        f"{place}: is none of the tables of the mapping {mapping.mapping} ({', '.join(mapping.tables)}), by its name or"
        " its columns",
    )


def find_header(mapping: Mapping, names: list[str], first_rows: list[list[str]], place: str) -> tuple[int, Match]:
    """The row among the first ones that holds the column names, and what it holds.

    Raises:
        DeliveryRefused: as `recognise` says of the first row that is not empty.
    """
    refusals: list[DeliveryRefused] = []
    for number, row in enumerate(first_rows):
        if not any(row):
            continue
        try:
            return number, recognise(mapping, names, row, place)
        except DeliveryRefused as refusal:
            refusals.append(refusal)
    if not refusals:
        raise DeliveryRefused(RefusalReason.EMPTY_FILE, f"{place}: holds no column names")
    missing = [refusal for refusal in refusals if refusal.reason_code != RefusalReason.FILE_NOT_RECOGNISED.value]
    raise (missing or refusals)[0]


def is_named(table: Table, names: list[str]) -> bool:
    """Whether one of a file's or sheet's names fits the table."""
    return any(_fits((*table.files, *table.sheets), name) for name in names)


def _sound(found: Match, place: str) -> Match:
    if found.twice:
        first, second = (position + 1 for position in found.twice)
        raise DeliveryRefused(
            RefusalReason.COLUMN_TWICE, f"{place}: columns {first} and {second} have the same name; remove one"
        )
    return found


def _fits(patterns: tuple[str, ...], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def _group(patterns: tuple[str, ...], text: str) -> str | None:
    for pattern in patterns:
        if found := re.search(pattern, text.strip(), re.IGNORECASE):
            return found[1] if found.groups() else found[0]
    return None
