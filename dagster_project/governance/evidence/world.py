"""What the facts of a run are read from, and how each one is counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from dagster_project.agreement.model import Agreement, Partner
from dagster_project.governance.evidence.record import RunRecord
from dagster_project.settings import Settings

SFTP = "sftp"


@dataclass(frozen=True)
class World:
    """One run to be looked at: the agreement as it reads on the run's date, the record, and the warehouse itself."""

    settings: Settings
    agreement: Agreement
    record: RunRecord
    conn: psycopg.Connection[Any]

    @property
    def as_at(self) -> date:
        """The London date that the run is about."""
        return self.record.as_at

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a query, as hl_publisher."""
        return self.conn.execute(query.encode(), values).fetchall()

    def partners(self) -> list[Partner]:
        """The partners whose data this run may use, as the warehouse has them; those that are held back are not there.

        Raises AgreementError for a partner that the agreement does not have.
        """
        return [self.agreement.partner(code) for (code,) in self.rows("select partner from agreement.partners")]

    def deliveries(self) -> list[dict[str, Any]]:
        """The deliveries that the candidate was built from."""
        return [delivery for delivery in self.record.deliveries if delivery["used"]]

    def transports(self) -> list[dict[str, Any]]:
        """What was negotiated for each delivery by SFTP; empty for one that nothing was recorded of."""
        return [found["transport"] or {} for found in self.deliveries() if found["route"] == SFTP]


@dataclass(frozen=True)
class Tally:
    """How many things were looked at, and how many of them are not as they must be.

    `note` says which, for the refusal: in words of our own, never with a value or a word of the signed text.
    """

    looked_at: int
    offences: int
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether something was looked at and all of it held."""
        return self.looked_at > 0 and self.offences == 0


def all_hold(answers: Iterable[bool]) -> Tally:
    """Every answer must be yes; no answer at all is no proof."""
    given = list(answers)
    return Tally(len(given), sum(not answer for answer in given))


def none_found(looked_at: int, offences: int) -> Tally:
    """Nothing of a kind may be found; the searching itself is what was done, so `looked_at` counts it too."""
    return Tally(looked_at + 1, offences)


def same(stored: Iterable[Any], meant: Iterable[Any]) -> Tally:
    """Two lists hold the same things, each as often."""
    left, right = sorted(map(repr, stored)), sorted(map(repr, meant))
    differences = sum(abs(left.count(entry) - right.count(entry)) for entry in {*left, *right})
    return Tally(max(len(left), len(right)), differences)
