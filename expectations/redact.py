"""What may leave a check: names that we chose ourselves, and counts.

A failing check is tempted to show what failed. Sample values are personal data, and the text of a database error
carries them too, whatever result format was asked for. So nothing is copied from a result unless it is listed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

Observed = dict[str, int | float | bool | str]

_COUNTS = ("element_count", "missing_count", "unexpected_count")
# For other types the observed value is a value of the data (a maximum, a list of columns), not a count of it.
_OBSERVED_VALUE_IS_A_COUNT = frozenset(
    {
        "unexpected_rows_expectation",
        "expect_table_row_count_to_be_between",
        "expect_table_row_count_to_equal",
    }
)


@dataclass(frozen=True)
class Verdict:
    """The answer of one check. `observed` holds counts, our own names and the flag `raised`; never a cell's value."""

    suite: str
    check_id: str
    clause: str
    passed: bool
    observed: Observed


def redact(suite: str, table: str, result: Any) -> Verdict:
    """Reduce one result of Great Expectations to a verdict.

    `result` is an `ExpectationValidationResult`; `table` is `schema.table`. A check that raised has not passed, even
    if the library says so.
    """
    config = result.expectation_config
    raised = _raised(result.exception_info)
    return verdict_of(
        suite,
        table,
        config.type,
        config.meta,
        passed=result.success is True and not raised,
        observed={**_counts(config.type, result.result or {}), "raised": raised},
    )


def verdict_of(
    suite: str, table: str, kind: str, meta: Mapping[str, Any], *, passed: bool, observed: Observed
) -> Verdict:
    """A verdict from an expectation's own `meta` (clause, check_id, dimension) and counts that are already safe."""
    named: Observed = {"expectation": kind, "table": table, "dimension": str(meta["dimension"])}
    return Verdict(suite, str(meta["check_id"]), str(meta["clause"]), passed, {**named, **observed})


def _counts(kind: str, result: Mapping[str, Any]) -> Observed:
    keys = (*_COUNTS, "observed_value") if kind in _OBSERVED_VALUE_IS_A_COUNT else _COUNTS
    return {key: result[key] for key in keys if _is_number(result.get(key))}


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _raised(info: Any) -> bool:
    """True if any part of an `exception_info` tells of an exception.

    The library nests the flag under the metric's name when a metric failed, so a shape that is not the plain
    "nothing raised" counts as raised.
    """
    return not (isinstance(info, Mapping) and info.get("raised_exception") is False)
