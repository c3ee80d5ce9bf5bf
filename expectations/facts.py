"""What the suites need to know about one run: read once by the caller, so that a suite has no side effects."""

from dataclasses import dataclass, field

from dagster_project.agreement.holds import Holds

_FLAG_PREFIXES = ("is_", "has_")


def is_flag(column: str) -> bool:
    """True for a mart column that may hold Y, N or nothing."""
    return column.startswith(_FLAG_PREFIXES)


@dataclass(frozen=True)
class Reference:
    """Columns of a staged table whose values should stand in columns of another extract of the same partner."""

    columns: tuple[str, ...]
    extract: str
    extract_columns: tuple[str, ...]


@dataclass(frozen=True)
class StagedExtract:
    """The shape of one staged table, taken from the extract's contract. All names are database columns."""

    extract: str
    kind: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    key: tuple[str, ...]
    dates: tuple[str, ...]
    references: tuple[Reference, ...] = ()

    @property
    def table(self) -> str:
        """The staged table's name."""
        return f"stg_{self.extract}"


@dataclass(frozen=True)
class ItemColumn:
    """A mart column that shows an item of the agreement, and the clause that lists the item."""

    item: str
    clause: str
    table: str
    column: str

    @property
    def is_flag(self) -> bool:
        """True for a column that may hold Y, N or nothing."""
        return is_flag(self.column)


@dataclass(frozen=True)
class Facts:
    """One run as the gate sees it.

    `max_faulty_share` (0 to 1) is the share of faulty rows that the agreement tolerates in an extract; rules of
    secrecy and scope have no tolerance. `searched_columns` map each table of the candidate to its columns that could
    hold an identifier, as the database has them, so a column nobody foresaw is searched too; `number_columns` to its
    columns of numbers. `matching_columns` are the staged columns that hold a value for matching only, as (clause,
    table, column). `holds` says which changes wait for a person; `published_columns` are those that the published
    `fct_person_indicators` has, none before the first publish.
    """

    max_faulty_share: float
    extracts: tuple[StagedExtract, ...]
    item_columns: tuple[ItemColumn, ...]
    searched_columns: dict[str, tuple[str, ...]]
    number_columns: dict[str, tuple[str, ...]]
    matching_columns: tuple[tuple[str, str, str], ...]
    holds: Holds = field(default_factory=Holds)
    published_columns: frozenset[str] = frozenset()

    def compared_flags(self, table: str) -> list[ItemColumn]:
        """The flags of a mart table that the published one has too."""
        return [
            shown
            for shown in self.item_columns
            if shown.table == table and shown.is_flag and shown.column in self.published_columns
        ]

    def shown_in(self, table: str) -> tuple[str, ...]:
        """The columns of a mart table that show any item."""
        return tuple(shown.column for shown in self.item_columns if shown.table == table)

    def columns_of(self, item: str, table: str) -> tuple[str, ...]:
        """The columns of a mart table that show an item."""
        return tuple(shown.column for shown in self.item_columns if (shown.item, shown.table) == (item, table))
