"""The deliveries that the run is built from: as large as before, and dated no later than the run."""

from great_expectations.expectations.expectation import Expectation

from expectations import held
from expectations.facts import Facts
from expectations.rules import Check, TableSuite, no_rows, table_suite
from expectations.subjects import DELIVERIES

TABLE = "current_snapshots"


def suites(facts: Facts) -> list[TableSuite]:
    """One suite over the newest snapshots, with a check per extract, so that a failure names it."""
    volumes = [_volume(extract.extract, facts) for extract in facts.extracts]
    return [table_suite(DELIVERIES, "control", TABLE, [_not_ahead(), *volumes])]


def _volume(extract: str, facts: Facts) -> Expectation:
    text = f"{extract} has neither a multiple nor a fraction of the rows last published, unless a person approved it"
    return no_rows(
        Check(f"{extract}.volume", "PU-03", "completeness", text), f"from {held.volume(extract, facts.holds)}"
    )


def _not_ahead() -> Expectation:
    text = "No snapshot is dated later than the day after the run"
    return no_rows(
        Check(f"{TABLE}.not_ahead", "DS-02", "validity", text),
        "from judged cross join agreement.run_context as run where judged.extract_date > run.as_at + 1",
    )
