"""How right the links are, against the truth of the synthetic council: precision, recall, wrong pairs, exposed records.

    python -m tests.linkage.quality truth_records.csv            people in scope (matched.person_records)
    python -m tests.linkage.quality truth_records.csv --pool     every record of the linking pool
                                                                 (after dbt with --vars 'link_everybody: true')
A cross-source pair is two records of one cluster from different kinds of system (housing, csc, asc, edu).
"""

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from dagster_project.settings import load_settings
from dagster_project.warehouse.connection import connect

Record = tuple[str, str]
PEOPLE = "select partner, record_id, person_key from matched.person_records"
POOL = "select partner, record_id, cluster_id from matched.linked_clusters"
SCOPE = "select partner, record_id from matched.scope_housing_records"


@dataclass(frozen=True)
class Truth:
    """The person and the kind of system behind each record."""

    person: dict[Record, str]
    source: dict[Record, str]


@dataclass(frozen=True)
class Quality:
    """Counts of cross-source pairs, and of records that share a cluster with somebody else's record."""

    linked: int
    right: int
    true: int
    exposed: int
    largest: int

    @property
    def wrong(self) -> int:
        return self.linked - self.right

    def lines(self) -> list[str]:
        per_100k = 100_000 * self.wrong / self.linked if self.linked else 0.0
        return [
            f"linked cross-source pairs  {self.linked}",
            f"wrong pairs                {self.wrong} ({per_100k:.1f} per 100,000)",
            f"precision                  {self.right / max(self.linked, 1):.5f}",
            f"recall                     {self.right / max(self.true, 1):.5f} of {self.true}",
            f"exposed records            {self.exposed}",
            f"largest cluster            {self.largest}",
        ]


def read_truth(path: Path) -> Truth:
    """Read `truth_records.csv` (partner, source, record_id, true_person_id)."""
    person: dict[Record, str] = {}
    source: dict[Record, str] = {}
    with path.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            record = (row["partner"], row["record_id"])
            person[record], source[record] = row["true_person_id"], row["source"]
    return Truth(person, source)


def measure(truth: Truth, clusters: dict[Record, str], people: set[str] | None = None) -> Quality:
    """Judge `clusters` (record to cluster). `people` limits recall to these true people; None means everybody."""
    members: dict[str, list[Record]] = defaultdict(list)
    for record, cluster in clusters.items():
        members[cluster].append(record)
    found = [_pairs(records, truth) for records in members.values()]
    records_of: dict[str, list[Record]] = defaultdict(list)
    for record, person in truth.person.items():
        if people is None or person in people:
            records_of[person].append(record)
    return Quality(
        linked=sum(linked for linked, _ in found),
        right=sum(right for _, right in found),
        true=sum(_pairs(records, truth)[0] for records in records_of.values()),
        exposed=sum(len(records) for records in members.values() if len({truth.person[r] for r in records}) > 1),
        largest=max(map(len, members.values()), default=0),
    )


def _pairs(records: Iterable[Record], truth: Truth) -> tuple[int, int]:
    """Cross-source pairs among `records`, and those of them that are one person."""
    sources = Counter(truth.source[record] for record in records)
    one_person = Counter((truth.person[record], truth.source[record]) for record in records)
    people: dict[str, list[int]] = defaultdict(list)
    for (person, _), number in one_person.items():
        people[person].append(number)
    return _cross(list(sources.values())), sum(_cross(numbers) for numbers in people.values())


def _cross(numbers: list[int]) -> int:
    return (sum(numbers) ** 2 - sum(number**2 for number in numbers)) // 2


def read_clusters(conn: psycopg.Connection, query: str) -> dict[Record, str]:
    return {(partner, record): cluster for partner, record, cluster in conn.execute(query)}  # pyright: ignore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--pool", action="store_true", help="judge the whole linking pool")
    parser.add_argument("--dsn", help="another database than the one of the settings")
    arguments = parser.parse_args()
    truth = read_truth(arguments.truth)
    with psycopg.connect(arguments.dsn) if arguments.dsn else connect(load_settings(), "hl_analyst") as conn:
        clusters = read_clusters(conn, POOL if arguments.pool else PEOPLE)
        in_scope = {truth.person[(partner, record)] for partner, record in conn.execute(SCOPE)}
    quality = measure(truth, clusters, None if arguments.pool else in_scope)
    print("\n".join(quality.lines()))


if __name__ == "__main__":
    main()
