"""How right links are, against the truth. Everything is counted over pairs of records of different sources.

A right pair is one person, a wrong pair is two. Exposed records share a cluster with somebody else's record.
"""

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Quality:
    """What a clustering of a record set is worth. `true` counts the pairs that a perfect one would link."""

    linked: int
    right: int
    true: int
    exposed: int
    largest: int

    @property
    def wrong(self) -> int:
        return self.linked - self.right

    @property
    def wrong_per_100k(self) -> float:
        return 100_000 * self.wrong / self.linked if self.linked else 0.0

    @property
    def precision(self) -> float:
        return self.right / self.linked if self.linked else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0


def measure(db: duckdb.DuckDBPyConnection, clustering: str) -> Quality:
    """Judge the table `clustering` (record, cluster) by the table `truth` (record, source, person).

    A record that the clustering does not hold is linked to nothing.
    """
    query = f"""
    with placed as (select truth.*, cluster from truth inner join {clustering} using (record)),
    linked as ({_pairs("placed", "cluster")}),
    right_ones as ({_pairs("placed", "cluster, person")}),
    mixed as (select cluster from placed group by cluster having min(person) <> max(person))
    select
        (select pairs from linked),
        (select pairs from right_ones),
        (select pairs from ({_pairs("truth", "person")})),
        (select count(*) from placed inner join mixed using (cluster)),
        (select max(held) from (select count(*) as held from placed group by cluster))
    """
    return Quality(*(int(number or 0) for number in db.execute(query).fetchone() or ()))


def _pairs(table: str, group: str) -> str:
    """Pairs across sources inside each group: of all pairs, those that are not of one source."""
    return f"""
    select cast(sum(everybody * everybody - squares) / 2 as bigint) as pairs from (
        select sum(held) as everybody, sum(held * held) as squares
        from (select {group}, source, count(*) as held from {table} group by {group}, source)
        group by {group}
    )
    """
