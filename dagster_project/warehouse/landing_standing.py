"""How a delivery stands to what is loaded: new, a repeat, or older than what it would replace."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from dagster_project.extracts.delivery import VerifiedDelivery
from dagster_project.warehouse.landing_source import Source


@dataclass(frozen=True)
class Standing:
    """How a delivery stands to what is loaded.

    `same_content` is the key of a loaded delivery with the same bytes; `snapshots` gives, for the `extracts` that
    the delivery holds, the key and extract date of the rows now in `raw`; `proper` names those of them that did not
    come from a fallback, `trimmed` those of which retention has left some rows only.
    """

    delivery: VerifiedDelivery
    extracts: frozenset[str]
    same_content: int | None
    snapshots: dict[str, tuple[int, date]]
    proper: frozenset[str] = frozenset()
    trimmed: frozenset[str] = frozenset()

    @property
    def is_current(self) -> bool:
        """Whether what is in `raw` is this very content, for every extract of the delivery."""
        return self.extracts == self.snapshots.keys() and all(
            key == self.same_content for key, _ in self.snapshots.values()
        )

    @property
    def is_repeat(self) -> bool:
        """Whether loading it would change nothing: the content is loaded, and was not replaced before this day.

        A partner may go back to an earlier state: then the same bytes come under a newer date and count anew. They do
        so too where some of their rows are gone, because people who have come into scope since may be among them.
        """
        if self.same_content is None or self.trimmed or len(self.snapshots) < len(self.extracts):
            return False
        day = self.delivery.manifest.extract_date
        return self.is_current or any(loaded >= day for _, loaded in self.snapshots.values())

    def is_due(self, source: Source) -> bool:
        """Whether a source is not older than what is loaded of its extract. At equal dates the newer arrival wins.

        A fallback never replaces rows of a better source, whatever their date.
        """
        name = source.contract.name
        if source.is_fallback and name in self.proper:
            return False
        return name not in self.snapshots or self.snapshots[name][1] <= self.delivery.manifest.extract_date


def loaded_extracts(conn: psycopg.Connection[Any], delivery: VerifiedDelivery) -> frozenset[str]:
    """The extracts that this very content gave when it was loaded; empty where it is new."""
    rows = conn.execute(
        "select files.extract from control.deliveries inner join control.delivery_files as files using (delivery_key)"
        " where partner = %s and content_sha256 = %s and status = 'loaded'",
        [delivery.manifest.partner, delivery.content_sha256],
    ).fetchall()
    return frozenset(extract for (extract,) in rows)


def standing(conn: psycopg.Connection[Any], delivery: VerifiedDelivery, extracts: frozenset[str]) -> Standing:
    """Look up how a delivery with these extracts stands to what is loaded."""
    partner = delivery.manifest.partner
    same = conn.execute(
        "select delivery_key from control.deliveries where partner = %s and content_sha256 = %s and status = 'loaded'",
        [partner, delivery.content_sha256],
    ).fetchone()
    rows = conn.execute(
        "select extract, delivery_key, extract_date, is_fallback, trimmed_at is not null from control.current_snapshots"
        " where partner = %s and extract = any(%s)",
        [partner, sorted(extracts)],
    ).fetchall()
    proper = frozenset(extract for extract, _, _, is_fallback, _ in rows if not is_fallback)
    trimmed = frozenset(extract for extract, _, _, _, is_trimmed in rows if is_trimmed)
    snapshots = {extract: (key, day) for extract, key, day, _, _ in rows}
    return Standing(delivery, extracts, same[0] if same else None, snapshots, proper, trimmed)
