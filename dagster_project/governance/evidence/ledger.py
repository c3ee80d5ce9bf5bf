"""The chain of packs as the warehouse has it: one row per committed publish, each with the hash of the one before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

_NEWEST = """
    select publish_id, pack_sha256, page_sha256, oscal_sha256
    from control.evidence_packs
    order by sequence desc
    limit 1
"""
_ALL = """
    select
        packs.publish_id, packs.pack_sha256, packs.page_sha256, packs.oscal_sha256, packs.previous_sha256,
        packs.written_at
    from control.evidence_packs as packs
    order by packs.sequence
"""
# Publishes that came before the first pack were made before there was evidence; those after it must have one.
_WITHOUT_PACK = """
    select publishes.publish_id
    from control.publishes as publishes
    left join control.evidence_packs as packs on publishes.publish_id = packs.publish_id
    where packs.publish_id is null
        and publishes.published_at >= (select min(written_at) from control.evidence_packs)
    order by publishes.published_at
"""
_INSERT = """
    insert into control.evidence_packs
        (publish_id, pack_sha256, page_sha256, oscal_sha256, previous_sha256, written_at)
    values (%s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Entry:
    """One committed pack. `oscal_sha256` is None for a pack from before there was an OSCAL file."""

    publish_id: str
    pack_sha256: str
    page_sha256: str
    oscal_sha256: str | None
    previous_sha256: str | None
    written_at: datetime


def newest(conn: psycopg.Connection[Any]) -> dict[str, str] | None:
    """`publish_id` and the hashes of the last pack's files, None before the first.

    The next pack repeats them, so that not only packs but also what is made from them is in the chain. To be read
    under the publish lock, so that no other publish comes between.
    """
    row = conn.execute(_NEWEST.encode()).fetchone()
    if row is None:
        return None
    names = ("publish_id", "pack_sha256", "page_sha256", "oscal_sha256")
    return {name: value for name, value in zip(names, row, strict=True) if value is not None}


def append(conn: psycopg.Connection[Any], entry: Entry) -> None:
    """Write a pack down in the transaction of its publish."""
    conn.execute(
        _INSERT.encode(),
        [
            entry.publish_id,
            entry.pack_sha256,
            entry.page_sha256,
            entry.oscal_sha256,
            entry.previous_sha256,
            entry.written_at,
        ],
    )


def entries(conn: psycopg.Connection[Any]) -> list[Entry]:
    """All packs, oldest first."""
    return [Entry(*row) for row in conn.execute(_ALL.encode()).fetchall()]


def publishes_without_pack(conn: psycopg.Connection[Any]) -> list[str]:
    """Publishes since the first pack that have none."""
    return [publish_id for (publish_id,) in conn.execute(_WITHOUT_PACK.encode()).fetchall()]
