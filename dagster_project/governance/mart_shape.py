"""What the mart may hold: the columns that carry no item of the agreement, table by table.

The models mark such columns too, but whoever adds a column can also mark it. This list is the second key: a column
that neither the agreement nor this list names stops the publish (clauses PU-03, DS-02).
"""

from dataclasses import dataclass

from dagster_project.agreement.blank import offered_columns
from dagster_project.agreement.model import Agreement, Function, Item

STRUCTURAL: dict[str, frozenset[str]] = {
    "dim_person": frozenset({"person_key", "household_key", "publish_id", "visible_to"}),
    "fct_person_indicators": frozenset({"person_key", "household_key", "publish_id", "visible_to"}),
    "bridge_person_address": frozenset({"person_key", "partner", "address_status", "publish_id", "visible_to"}),
    "bridge_person_caseworker": frozenset({"person_key", "publish_id", "visible_to"}),
    "dim_household": frozenset({"household_key", "partner", "people", "publish_id", "visible_to"}),
    "dim_school": frozenset({"publish_id"}),
    "dim_partner": frozenset(
        {
            "partner",
            "partner_name",
            "kind",
            "source",
            "data_as_at",
            "is_current",
            "feeds_not_current",
            "feeds_not_delivered",
            "publish_id",
        }
    ),
    "dim_date": frozenset(
        {"calendar_date", "calendar_year", "month_number", "month_name", "academic_year", "is_as_at", "publish_id"}
    ),
    "publish_info": frozenset(
        {
            "publish_id",
            "agreement_id",
            "agreement_version",
            "hold_while",
            "cin_basis",
            "arrears_min",
            "balance_max_age_days",
            "notice_valid_months",
            "absence_scope",
            "ay_start",
            "disabled_psr",
            "lateness_codes",
            "factor_months",
            "use_factors",
            "disability_needs_record",
            "count_lunchtime",
            "as_at",
            "started_at",
        }
    ),
}

# The tables about people have one more column, which row policies look at and nobody is granted.
VISIBLE_TO = "visible_to"
HIDDEN = frozenset(table for table, columns in STRUCTURAL.items() if VISIBLE_TO in columns)

Column = tuple[str, str]


@dataclass(frozen=True)
class MartShape:
    """The mart that an agreement allows. A column is a pair of table and column name.

    `readable` says for each function which columns its role can read, `row_scopes` for each that sees people which,
    `log_readers` which functions read the logs, `match_only` which item ids may name no column.
    """

    tables: frozenset[str]
    columns: frozenset[Column]
    readable: dict[str, frozenset[Column]]
    row_scopes: dict[str, str]
    log_readers: frozenset[str]
    match_only: dict[str, str]


def mart_shape(agreement: Agreement) -> MartShape:
    """The exact tables, columns and readable columns for an agreement."""
    items = frozenset(column for item in agreement.items for column in _columns(item))
    structural = frozenset((table, column) for table, columns in STRUCTURAL.items() for column in columns)
    return MartShape(
        tables=frozenset(STRUCTURAL),
        columns=items | structural,
        readable={function.id: _readable(function, agreement, items) for function in agreement.functions},
        row_scopes={function.id: function.rows for function in agreement.functions if function.rows != "none"},
        log_readers=frozenset(function.id for function in agreement.functions if function.reads_logs),
        match_only={item.id: item.clause for item in agreement.items if item.use == "match_only"},
    )


def _readable(function: Function, agreement: Agreement, items: frozenset[Column]) -> frozenset[Column]:
    """A function's items, and the structural columns of the tables that hold one of them or could never show any.

    Nothing for a function that sees nobody.
    """
    if function.rows == "none":
        return frozenset()
    listed = frozenset(column for item in agreement.items if item.id in function.items for column in _columns(item))
    with_items = {name.partition(".")[0] for name in offered_columns()} | {table for table, _ in items}
    open_tables = {table for table, _ in listed} | (set(STRUCTURAL) - with_items)
    structural = {(table, column) for table in open_tables for column in STRUCTURAL.get(table, frozenset())}
    return listed | {(table, column) for table, column in structural if column != VISIBLE_TO}


def _columns(item: Item) -> list[Column]:
    return [(table, column) for table, _, column in (name.partition(".") for name in item.columns)]
