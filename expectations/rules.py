"""The building blocks of the suites: every expectation says which clause it serves, and none can return a value.

Importing this module loads Great Expectations, which takes seconds: import it only where suites are built.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from great_expectations.core import ExpectationSuite
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.core.expect_column_values_to_be_unique import ExpectColumnValuesToBeUnique
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.core.expect_table_columns_to_match_set import ExpectTableColumnsToMatchSet
from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween
from great_expectations.expectations.core.expect_table_row_count_to_equal import ExpectTableRowCountToEqual
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation

# The library writes the batch as a subquery and gives it an alias of its own, but not in a query that has a join.
_JUDGED = "with judged as (select batch.* from {batch} as batch cross join (select 1) as one_row)"


@dataclass(frozen=True)
class Check:
    """Which rule an expectation stands for.

    `check_id` is unique within its subject, `clause` is a clause of the agreement, `dimension` one of completeness,
    uniqueness, validity, consistency, secrecy, scope.
    """

    check_id: str
    clause: str
    dimension: str
    description: str

    def terms(self) -> dict[str, Any]:
        """The arguments that every expectation carries."""
        return {
            "description": self.description,
            "severity": "critical",
            "meta": {"check_id": self.check_id, "clause": self.clause, "dimension": self.dimension},
        }


@dataclass(frozen=True)
class TableSuite:
    """A suite and the table that it judges; several tables may make up one subject."""

    subject: str
    schema: str
    table: str
    suite: ExpectationSuite


def table_suite(subject: str, schema: str, table: str, expectations: Sequence[Expectation]) -> TableSuite:
    """A suite for one table."""
    return TableSuite(subject, schema, table, ExpectationSuite(f"{subject}.{table}", expectations=list(expectations)))


def no_rows(check: Check, offenders: str) -> Expectation:
    """A rule in SQL. `offenders` is everything after the select list; the table that is judged is called `judged`.

    The rule selects a constant, so the library counts offenders and never holds one of them.
    """
    query = f"{_JUDGED} select 1 as offence {offenders}"
    return UnexpectedRowsExpectation(unexpected_rows_query=query, **check.terms())


def few_rows(check: Check, fault: str, share: float) -> Expectation:
    """At most that share (0 to 1) of all rows has the fault, as at the door: a fault is tolerated, a habit is not."""
    counted = f"select count(*) as all_rows, count(*) filter (where {fault}) as faulty_rows from judged"  # noqa: S608 our own text
    offenders = f"from judged cross join ({counted}) as counted where {fault} and faulty_rows > all_rows * {share:f}"
    return no_rows(check, offenders)


def present(check: Check, column: str) -> Expectation:
    """The column is filled in every row."""
    return ExpectColumnValuesToNotBeNull(column=column, **check.terms())


def unique(check: Check, column: str) -> Expectation:
    """No value of the column stands in two rows."""
    return ExpectColumnValuesToBeUnique(column=column, **check.terms())


def one_of(check: Check, column: str, values: Sequence[str]) -> Expectation:
    """Each value that is there is on the list."""
    return ExpectColumnValuesToBeInSet(column=column, value_set=list(values), **check.terms())


def between(check: Check, column: str, low: float, high: float | None) -> Expectation:
    """Each value that is there lies between the bounds, both included; None leaves the upper side open."""
    return ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high, **check.terms())


def columns_exact(check: Check, columns: Sequence[str]) -> Expectation:
    """The table has these columns, in any order, and no other."""
    return ExpectTableColumnsToMatchSet(column_set=list(columns), exact_match=True, **check.terms())


def one_row(check: Check) -> Expectation:
    """The table has exactly one row."""
    return ExpectTableRowCountToEqual(value=1, **check.terms())


def not_empty(table: str, clause: str) -> Expectation:
    """An empty table is a fault: better yesterday's mart than nothing shown as everything."""
    check = Check(f"{table}.not_empty", clause, "completeness", f"{table} has at least one row")
    return ExpectTableRowCountToBeBetween(min_value=1, **check.terms())


def nobody_in(table: str, clause: str) -> Expectation:
    """A table of which the agreement shows no item is empty: that somebody stands in it would tell of the item."""
    text = f"{table} is empty, because the agreement shows none of its items"
    return ExpectTableRowCountToEqual(value=0, **Check(f"{table}.nobody", clause, "secrecy", text).terms())


def one_publish(table: str) -> Expectation:
    """Every row was built by the run that is being judged: a row of an earlier one may be of somebody who has left."""
    check = Check(f"{table}.publish_id", "RE-01", "consistency", f"Every row of {table} carries this run's publish id")
    return no_rows(
        check,
        "from judged where not exists ("
        "select 1 from agreement.run_context as run where run.publish_id = judged.publish_id)",
    )


def no_excluded_team(table: str, columns: Sequence[str]) -> Expectation:
    """No cell names a team that the agreement leaves out: Youth Justice, another authority's (F-23, F-24)."""
    check = Check(f"{table}.no_excluded_team", "F-24", "secrecy", f"{table} names no team that is not shared")
    cells = ", ".join(f"judged.{column}" for column in columns)
    return no_rows(
        check,
        f"from judged inner join staged.excluded_teams as excluded on concat_ws(' ', {cells}) ~* excluded.pattern",
    )
