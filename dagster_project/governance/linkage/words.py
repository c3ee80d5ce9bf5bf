"""The report in words and tables that the evidence folder and Dagster show alike."""

from collections.abc import Iterator
from dataclasses import dataclass

from dagster_project.governance.linkage.report import PEOPLE_BREAKDOWNS, Counts, LinkageReport

SUPPRESSED = "1 to 4, or hidden beside it"
PEOPLE_TITLE = {
    "age_band": "age",
    "sex": "sex as recorded",
    "naming_community": "naming community",
    "accommodation": "temporary accommodation",
}
_PAIR_TITLES = {
    ("links", "rule"): "Links by tier and rule",
    ("links", "source_pair"): "Links by kinds of system",
    ("review_items", "reason"): "Questions for review by reason",
    ("review_items", "rule"): "Questions for review by tier and rule",
    ("review_items", "source_pair"): "Questions for review by kinds of system",
}
_TOTALS = {
    "people": "People in scope",
    "linked_people": "of them linked to another system, and shown",
    "people_in_review": "of them named by a question for review",
    "links": "Links between records",
    "review_items": "Questions for review",
}
NOTES = (
    "A count from 1 to 4 is not shown, nor is one that leaves from 1 to 4 others; where the total would give a hidden"
    " count away, the next smallest is hidden as well. Two publishes set side by side may still differ by one person.",
    "Naming community is a rough proxy, for this report alone: the last name in the housing record is looked up in a"
    " short hand-made list of last names that are common in one community (seed linkage_naming_communities). Most names"
    " stand on no list, married names mislead, and nothing of it is stored with a person. It can show that linkage"
    " fails one group of names more often than another; it says nothing of anybody's origin or faith.",
    "Age, sex and name are those of one housing record per person; accommodation is that of today's placement.",
)


@dataclass(frozen=True)
class Table:
    """A titled table of texts. A head that begins with `#` is of numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(report: LinkageReport) -> Iterator[Table]:
    """Every table of the report, totals first."""
    yield _totals(report)
    for breakdown in PEOPLE_BREAKDOWNS:
        rows = tuple(_people_row(report.now, breakdown, c) for c in report.now.categories("people", breakdown))
        yield Table(f"People by {PEOPLE_TITLE[breakdown]}", ("", "#people", "#linked", "#in review"), rows)
    for (measure, breakdown), title in _PAIR_TITLES.items():
        categories = report.now.categories(measure, breakdown)
        counts = (report.now.counted[measure, breakdown, category] for category in categories)
        rows = tuple((category, _number(count)) for category, count in zip(categories, counts, strict=True))
        yield Table(title, ("", "#count"), rows or (("none", "0"),))


def percent(share: float | None) -> str:
    """A share as text, to one place."""
    return "–" if share is None else f"{100 * share:.1f} %"  # noqa: RUF001


def _totals(report: LinkageReport) -> Table:
    last = report.last
    heads = ("", "#now", "#share of people", "#last publish" if last else "#no publish before", "#share then")
    rows = []
    for measure, words in _TOTALS.items():
        row = [words, _number(report.now.total(measure)), _share_of_people(report.now, measure)]
        row += [_number(last.total(measure)), _share_of_people(last, measure)] if last else ["", ""]
        rows.append(tuple(row))
    return Table("In all", heads, tuple(rows))


def _share_of_people(counts: Counts, measure: str) -> str:
    return percent(counts.share(measure)) if measure in ("linked_people", "people_in_review") else ""


def _people_row(counts: Counts, breakdown: str, category: str) -> tuple[str, ...]:
    people = _number(counts.counted["people", breakdown, category])
    shares = (percent(counts.share(m, breakdown, category)) for m in ("linked_people", "people_in_review"))
    return (category, people, *shares)


def _number(count: int | None) -> str:
    return SUPPRESSED if count is None else f"{count:,}"
