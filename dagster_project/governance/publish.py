"""Publishing: the judged candidate becomes the mart in one transaction, or everything stays as it was.

The stored verdict is read back, never passed on: publishing alone, or long after the gate, is as safe as a whole run.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from dagster_project.agreement.model import file_sha256
from dagster_project.clock import utc_now
from dagster_project.governance import verdicts
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.gate import SUITES
from dagster_project.governance.verdicts import StoredVerdict
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.fingerprint import schema_fingerprint
from dagster_project.warehouse.roles import PUBLISHER
from dagster_project.warehouse.swap import PUBLISHED, drop_previous, swap_schemas

_RECORD = """
    insert into control.publishes
        (publish_id, as_at, published_at, agreement_version, agreement_sha256, delivery_keys, mart_fingerprint, people)
    select
        run.publish_id,
        run.as_at,
        %(published_at)s,
        run.agreement_version,
        run.agreement_sha256,
        %(delivery_keys)s,
        %(fingerprint)s,
        (select count(*) from mart.dim_person)
    from agreement.run_context as run
    where run.publish_id = %(publish_id)s
    returning people
"""
_LAST = """
    select publish_id, as_at, published_at, agreement_version, people, mart_fingerprint
    from control.publishes
    order by published_at desc
    limit 1
"""


class PublishRefused(GovernanceError):
    """The candidate may not be published. The message says why and what to do; the mart is unchanged."""


@dataclass(frozen=True)
class PublishResult:
    """What was published. `published_at` is UTC; `mart_fingerprint` 64 hex digits."""

    people: int
    published_at: datetime
    mart_fingerprint: str


@dataclass(frozen=True)
class LastPublish:
    """The newest publish on record."""

    publish_id: str
    as_at: date
    published_at: datetime
    agreement_version: str
    people: int
    mart_fingerprint: str


def publish(settings: Settings, publish_id: str) -> PublishResult:
    """Make the candidate the published mart.

    Raises:
        PublishRefused: the gate has not passed this very candidate, or the swap could not be made.
    """
    try:
        with connect(settings, PUBLISHER) as conn:
            _require_verdict(settings, conn, publish_id)
            conn.commit()
            drop_previous(conn)
            with conn.transaction():
                return _swap(conn, publish_id, _require_verdict(settings, conn, publish_id))
    except WarehouseError as fault:
        raise PublishRefused(str(fault)) from None
    except (psycopg.Error, OSError) as fault:
        raise PublishRefused(
            f"Publishing was broken off ({_code(fault)}). It counts whole or not at all: see that the warehouse"
            " answers and publish again, which says so if it had gone through"
        ) from None


def last_publish(settings: Settings) -> LastPublish | None:
    """The newest publish on record, or None."""
    with connect(settings, PUBLISHER) as conn:
        row = conn.execute(_LAST.encode()).fetchone()
    return None if row is None else LastPublish(*row)


def _require_verdict(settings: Settings, conn: psycopg.Connection[Any], publish_id: str) -> StoredVerdict:
    """The stored verdict, if it allows this publish as things stand now."""
    if verdicts.is_published(conn, publish_id):
        raise PublishRefused(f"{publish_id} is published already; begin a new run to publish again")
    stored = verdicts.read_stored(conn, publish_id)
    if stored is None:
        raise PublishRefused(f"The gate has not judged {publish_id}: run the gate first")
    if stored.failed:
        raise PublishRefused(f"The gate failed on {', '.join(stored.failed)}: mend that and run again")
    if not stored.passed or not stored.suites >= set(SUITES):
        missing = sorted(set(SUITES) - stored.suites)
        raise PublishRefused(
            f"The verdict is not complete (without {', '.join(missing) or 'a pass'}): run the gate again"
        )
    _require_unchanged(settings, conn, stored)
    return stored


def _require_unchanged(settings: Settings, conn: psycopg.Connection[Any], stored: StoredVerdict) -> None:
    now = verdicts.read_judged(conn)
    judged = stored.judged
    if now is None or now.publish_id != judged.publish_id:
        raise PublishRefused(f"Another run has begun since {judged.publish_id} was judged: publish that one instead")
    if now.delivery_keys != judged.delivery_keys:
        raise PublishRefused("New deliveries were loaded after the gate judged: build and judge again")
    if now.agreement_sha256 != judged.agreement_sha256 or now.agreement_sha256 != file_sha256(settings.agreement_file):
        raise PublishRefused("The agreement was changed after the gate judged: run again under the new one")
    if now.candidate_fingerprint != judged.candidate_fingerprint:
        raise PublishRefused("The candidate was changed after the gate judged it: build and judge again")


def _swap(conn: psycopg.Connection[Any], publish_id: str, stored: StoredVerdict) -> PublishResult:
    """Swap and record in the caller's transaction. What is recorded is the mart as it then stands."""
    swap_schemas(conn)
    fingerprint = schema_fingerprint(conn, PUBLISHED)
    if fingerprint != stored.judged.candidate_fingerprint:
        raise PublishRefused("The candidate was changed while it was being published: build and judge again")
    published_at = utc_now()
    row = conn.execute(
        _RECORD.encode(),
        {
            "publish_id": publish_id,
            "published_at": published_at,
            "delivery_keys": list(stored.judged.delivery_keys),
            "fingerprint": fingerprint,
        },
    ).fetchone()
    if row is None:
        raise PublishRefused(f"Another run has begun since {publish_id} was judged: publish that one instead")
    return PublishResult(row[0], published_at, fingerprint)


def _code(fault: Exception) -> str:
    return (fault.sqlstate or type(fault).__name__) if isinstance(fault, psycopg.Error) else type(fault).__name__
