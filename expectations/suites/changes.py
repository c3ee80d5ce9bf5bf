"""The candidate against the last publish: about as many people, flags about as common, unless a person approved it."""

from collections.abc import Iterator

from great_expectations.expectations.expectation import Expectation

from expectations import held
from expectations.facts import Facts
from expectations.rules import Check, no_rows


def compared(facts: Facts) -> list[Expectation]:
    """Checks for the suite of the indicators; a flag is compared once it has been published."""
    return [_people(facts), *_flags(facts)]


def _people(facts: Facts) -> Expectation:
    text = "The number of people is neither a multiple nor a fraction of the last publish's"
    return no_rows(
        Check(f"{held.TABLE}.{held.PEOPLE}", "PU-03", "completeness", text), f"from {held.people_shown(facts.holds)}"
    )


def _flags(facts: Facts) -> Iterator[Expectation]:
    for item in facts.compared_flags(held.TABLE):
        text = f"The share of Y of {item.column} is about that of the last publish"
        yield no_rows(
            Check(f"{held.TABLE}.{item.column}.share", item.clause, "consistency", text),
            f"from {held.flag_share(item.column, facts.holds)}",
        )
