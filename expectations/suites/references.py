"""References between the extracts of one partner.

A row that points to nobody feeds nobody: it is reported to its partner, and it harms no one. Many of them mean that the
files do not belong together; then what they would tell is missing without a word, and a person has to look.
"""

from collections.abc import Iterator

from great_expectations.expectations.expectation import Expectation

from expectations import held
from expectations.facts import Facts, Reference, StagedExtract
from expectations.rules import Check, no_rows


def references(extract: StagedExtract, facts: Facts) -> Iterator[Expectation]:
    """Checks for the suite of a staged extract that points to others."""
    for reference in extract.references:
        yield _reference(extract, reference, facts)


def _reference(extract: StagedExtract, reference: Reference, facts: Facts) -> Expectation:
    columns = "_".join(reference.columns)
    text = f"Few rows of {extract.table} name a {columns} that {reference.extract} does not have"
    return no_rows(
        Check(f"{extract.table}.{columns}.found", "DS-02", "consistency", text),
        f"from {held.broken_references(extract, reference, facts.holds)}",
    )
