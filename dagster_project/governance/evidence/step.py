"""The evidence of one publish: found before the swap, written before it commits."""

from dataclasses import dataclass
from typing import Any

import psycopg

from dagster_project.agreement.model import Agreement, load_agreement
from dagster_project.agreement.register import facts_of, load_register
from dagster_project.agreement.standing import standing
from dagster_project.governance.access.users import overdue
from dagster_project.governance.access_log import read_chain, record
from dagster_project.governance.evidence import ledger
from dagster_project.governance.evidence.code_identity import code_identity
from dagster_project.governance.evidence.facts import find_facts
from dagster_project.governance.evidence.pack import Published, Written, build_pack, write_pack
from dagster_project.governance.evidence.record import RunRecord, read_record
from dagster_project.governance.evidence.results import Check, ClauseResult, blocking, clause_results
from dagster_project.governance.evidence.world import World
from dagster_project.governance.exports.sweep import unconfirmed
from dagster_project.governance.linkage.report import read_report
from dagster_project.governance.retention.standing import read_standing
from dagster_project.settings import Settings
from dagster_project.warehouse.roles import PUBLISHER


@dataclass(frozen=True)
class Findings:
    """What is known of every clause before the swap. `blocking` names the clauses that forbid it, with the reason."""

    agreement: Agreement
    record: RunRecord
    facts: tuple[Check, ...]
    results: tuple[ClauseResult, ...]
    code: dict[str, str | bool | None]
    overdue_users: int = 0
    unconfirmed_exports: int = 0

    @property
    def blocking(self) -> tuple[str, ...]:
        """Clauses because of which nothing may be published."""
        return blocking(self.results)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What somebody has to see to, each in a sentence: dates of the agreement, users, exports, attestations."""
        of_agreement = standing(self.agreement, self.record.as_at).warnings
        of_users = (
            [f"{self.overdue_users} user(s) wait for their quarterly confirmation: see 'hearthlink user list --due'"]
            if self.overdue_users
            else []
        )
        of_exports = (
            [f"{self.unconfirmed_exports} export(s) that are due were moved: see 'hearthlink export list'"]
            if self.unconfirmed_exports
            else []
        )
        return (*of_agreement, *of_users, *of_exports, *(found.warning for found in self.results if found.warning))


def find(settings: Settings, conn: psycopg.Connection[Any], publish_id: str) -> Findings:
    """Answer every clause of the register for the judged run, as hl_publisher, changing nothing.

    Raises:
        GovernanceError: there is no judged run of that id.
        AgreementError: the agreement or the register cannot be read.
    """
    clauses = load_register()
    run = read_record(conn, publish_id)
    agreement = load_agreement(settings.agreement_file).on(run.as_at)
    facts = find_facts(World(settings, agreement, run, conn), facts_of(clauses))
    results = clause_results(
        clauses,
        [*run.checks, *facts],
        run.attestations,
        run.as_at,
        run.first_publish,
        # An invented council has nobody who could attest anything.
        may_block=not agreement.example,
    )
    code = code_identity(settings.project_root)
    waiting = len(unconfirmed(conn))
    return Findings(agreement, run, tuple(facts), tuple(results), code, overdue(conn, run.as_at), waiting)


def write(
    settings: Settings, conn: psycopg.Connection[Any], publish_id: str, findings: Findings, published: Published
) -> Written:
    """Write the pack and its row in the caller's transaction, which holds the publish lock.

    A pack whose transaction does not commit has no row, and `verify` says so.

    Raises:
        GovernanceError: the pack cannot be written.
    """
    previous = ledger.newest(conn)
    record(conn, actor=PUBLISHER, action="publish", subject=publish_id, detail={"people": published.people})
    log = read_chain(conn)
    pack = build_pack(
        findings.record,
        {"title": findings.agreement.agreement.title, "example": findings.agreement.example},
        findings.code,
        findings.facts,
        findings.results,
        findings.warnings,
        published,
        previous,
        read_report(conn),
        read_standing(conn).as_data(),
        {"entries": log.entries, "head_sha256": log.head_sha256},
    )
    written = write_pack(settings, publish_id, pack)
    ledger.append(
        conn,
        ledger.Entry(
            publish_id,
            written.pack_sha256,
            written.page_sha256,
            written.oscal_sha256,
            previous["pack_sha256"] if previous else None,
            published.published_at,
        ),
    )
    return written
