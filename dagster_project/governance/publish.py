"""Publishing: the judged candidate becomes the mart in one transaction, or everything stays as it was.

The stored verdict is read back, never passed on: publishing alone, or long after the gate, is as safe as a whole run.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg

from dagster_project.agreement.model import AgreementError, file_sha256, load_agreement
from dagster_project.agreement.standing import standing
from dagster_project.clock import utc_now
from dagster_project.governance import verdicts
from dagster_project.governance.access.audit import keep_visibility
from dagster_project.governance.access.judge import keep_controls
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence import step as evidence
from dagster_project.governance.evidence.pack import Published
from dagster_project.governance.evidence.results import counts
from dagster_project.governance.evidence.step import Findings
from dagster_project.governance.gate import SUITES, outlived
from dagster_project.governance.linkage.report import keep_report
from dagster_project.governance.person_keys import KeyChanges, register_keys
from dagster_project.governance.verdicts import StoredVerdict
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.fingerprint import schema_fingerprint
from dagster_project.warehouse.roles import PUBLISHER
from dagster_project.warehouse.swap import PUBLISHED, drop_previous, rename_schemas, wait_for_readers

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


class CandidateChanged(PublishRefused):
    """The candidate is not what the gate judged."""


@dataclass(frozen=True)
class PublishResult:
    """What was published. `published_at` is UTC; `mart_fingerprint` 64 hex digits.

    `evidence` is the folder of the pack; `clauses` counts them by result; `warnings` say what is due; `keys` counts
    the people who are new, known from the last publish, merged, split or gone.
    """

    people: int
    published_at: datetime
    mart_fingerprint: str
    evidence: Path
    pack_sha256: str
    clauses: dict[str, int]
    warnings: tuple[str, ...]
    keys: KeyChanges


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
        PublishRefused: the gate has not passed this very candidate, the agreement is not in force, an enforced clause
            fails or has no evidence, the evidence could not be written, or the swap could not be made.
    """
    try:
        with connect(settings, PUBLISHER) as conn:
            try:
                _require_verdict(settings, conn, publish_id)
            except CandidateChanged as changed:
                # Who changed it may have put somebody in who must not be held: then the rule is named.
                _require_retention(settings, f"{changed}. ")
                raise
            _require_retention(settings)
            findings = _require_evidence(settings, conn, publish_id)
            conn.commit()
            drop_previous(conn)
            with conn.transaction():
                published = _swap(conn, publish_id, _require_verdict(settings, conn, publish_id))
                keep_report(conn, publish_id)
                keep_controls(conn, publish_id)
                keep_visibility(conn, publish_id)
                keys = register_keys(conn, publish_id, published.published_at)
                wait_for_readers(conn)
                # Before the commit: what cannot be evidenced is not published.
                written = evidence.write(settings, conn, publish_id, findings, published)
            return PublishResult(
                published.people,
                published.published_at,
                published.mart_fingerprint,
                written.folder,
                written.pack_sha256,
                counts(findings.results),
                findings.warnings,
                keys,
            )
    except PublishRefused:
        raise
    except (WarehouseError, GovernanceError, AgreementError) as fault:
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
    _require_in_force(settings, conn)
    return stored


def _require_retention(settings: Settings, besides: str = "") -> None:
    """Nothing outlives its rule at this moment (clauses RE-01 to RE-08), however long ago the gate was."""
    if failed := outlived(settings):
        raise PublishRefused(
            f"{besides}Nothing is published while somebody is held beyond a retention rule: {', '.join(failed)}."
            " Run again: the build starts without what is past its day"
        )


def _require_in_force(settings: Settings, conn: psycopg.Connection[Any]) -> None:
    """The agreement is in force on the day that the run is about (clauses HD-03, HD-04)."""
    row = conn.execute("select as_at from agreement.run_context").fetchone()
    if row is None:
        raise PublishRefused("No run has begun: run from the agreement on")
    refusals = standing(load_agreement(settings.agreement_file), row[0]).refusals
    if refusals:
        raise PublishRefused(" ".join(refusals))


def _require_evidence(settings: Settings, conn: psycopg.Connection[Any], publish_id: str) -> Findings:
    """The answer to every clause, if no clause forbids this publish."""
    findings = evidence.find(settings, conn, publish_id)
    if findings.blocking:
        raise PublishRefused(
            f"Nothing is published while these clauses of the agreement are not kept: {'; '.join(findings.blocking)}"
        )
    return findings


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
        raise CandidateChanged("The candidate was changed after the gate judged it: build and judge again")


def _swap(conn: psycopg.Connection[Any], publish_id: str, stored: StoredVerdict) -> Published:
    """Swap and record in the caller's transaction. What is recorded is the mart as it then stands."""
    rename_schemas(conn)
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
    return Published(published_at, row[0], fingerprint)


def _code(fault: Exception) -> str:
    return (fault.sqlstate or type(fault).__name__) if isinstance(fault, psycopg.Error) else type(fault).__name__
