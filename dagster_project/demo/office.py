"""What every writer of a partner's files needs at hand."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from dagster_project.demo.data_files import table, words
from dagster_project.demo.deliveries import DeliveryWriter, TruthBook
from dagster_project.demo.identifiers import RecordIds
from dagster_project.demo.people import Household, Person, Town
from dagster_project.demo.recording import Clerk, Recorded
from dagster_project.demo.terms import years_before

DUPLICATES = 50
"""People written down twice in one system, per ten thousand."""


@dataclass
class Office:
    """One partner at work: its files, its clerk, its workers and its own stream of random numbers."""

    partner: str
    source: str
    town: Town
    delivery: DeliveryWriter
    truth: TruthBook
    clerk: Clerk
    rng: random.Random

    def __post_init__(self) -> None:
        self._workers = words(table("places")["workers"])

    def households(self) -> list[Household]:
        """Everybody in an order of this system's own, so that equal places in two files mean nothing."""
        shuffled = list(self.town.households)
        self.rng.shuffle(shuffled)
        return shuffled

    def ids(self, prefix: str) -> RecordIds:
        return RecordIds(prefix, self.rng)

    def ago(self, fewest: int, most: int | None = None) -> date:
        """A day so many days before the council's day, or drawn between two such days."""
        days = fewest if most is None else self.rng.randrange(fewest, most + 1)
        return self.town.as_at - timedelta(days=days)

    def ahead(self, fewest: int, most: int) -> date:
        """A day to come, so many days after the council's day."""
        return self.town.as_at + timedelta(days=self.rng.randrange(fewest, most + 1))

    def years_ago(self, years: int, days: int = 0) -> date:
        return years_before(self.town.as_at, years, days)

    def percent(self, chance: int) -> bool:
        return self.rng.randrange(100) < chance

    def worker(self) -> str:
        return self.rng.choice(self._workers)

    def twice(self, person: Person) -> bool:
        """Whether a careless colleague opened a second record of the person."""
        return not person.clean and not person.expected and self.clerk.chance(DUPLICATES)

    def write_down(self, person: Person, household: Household) -> Recorded:
        return self.clerk.write(person, household, self.town.as_at)

    def note(self, record_id: str, person: Person) -> None:
        self.truth.note(self.partner, self.source, record_id, person.true_id)
