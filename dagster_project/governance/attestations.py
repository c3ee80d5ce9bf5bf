"""What only people can vouch for: dated statements on clauses that no program can check (class *attested*)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dagster_project.agreement.register import Clause
from dagster_project.clock import london_today, utc_now
from dagster_project.governance.decisions.steward import acting
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.evidence.canonical import canonical, sha256
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import ADMIN, connect

# For a clause whose register entry names no term: the agreement is reviewed every year, and so is this.
LONGEST_DAYS = 366
_INSERT = """
    insert into control.attestations
        (clause, attested_by, attested_on, valid_until, note, record_sha256, recorded_at)
    values (%(clause)s, %(attested_by)s, %(attested_on)s, %(valid_until)s, %(note)s, %(record_sha256)s, %(now)s)
"""
_NEWEST = """
    select distinct on (clause) clause, attested_by, attested_on, valid_until, note
    from control.attestations
    order by clause, attestation_key desc
"""


@dataclass(frozen=True)
class Attestation:
    """A person's statement that a clause is kept, from one London date to another, both included."""

    clause: str
    attested_by: str
    attested_on: date
    valid_until: date
    note: str

    @property
    def sha256(self) -> str:
        """Hash of the whole statement, by which a pack refers to it without the person's name."""
        return sha256(canonical(vars(self)))


@dataclass(frozen=True)
class Due:
    """A clause that wants an attestation and how it stands on a date: state is `current`, `ended` or `never`."""

    clause: Clause
    state: str
    attestation: Attestation | None


def wants_attestation(clause: Clause) -> bool:
    """Whether a person has to vouch for the clause."""
    return clause.kind == "attested" or clause.attestation_days is not None


def attest(
    settings: Settings,
    clauses: Iterable[Clause],
    clause_id: str,
    by: str,
    until: date,
    note: str,
    today: date | None = None,
) -> Attestation:
    """Record a statement, also in the access log. It takes the place of an earlier one on the clause, which stays.

    Raises:
        GovernanceError: an unknown or self-evident clause, no name or note, a date past or too far ahead.
    """
    day = today or london_today()
    clause = next((clause for clause in clauses if clause.id == clause_id), None)
    if clause is None:
        raise GovernanceError(f"{clause_id} is no clause of the register: see 'hearthlink attest --list'")
    if not wants_attestation(clause):
        raise GovernanceError(f"{clause_id} is checked by the system at each publish, so nobody can attest it")
    if not by.strip() or not note.strip():
        raise GovernanceError("Say who attests (--by) and on what grounds (--note)")
    longest = day + timedelta(days=clause.attestation_days or LONGEST_DAYS)
    if not day <= until <= longest:
        raise GovernanceError(f"--until must lie between {day} and {longest} for {clause_id}")
    statement = Attestation(clause_id, by.strip(), day, until, note.strip())
    with acting(settings, by, "attest", clause_id) as (conn, detail):
        conn.execute(_INSERT, {**vars(statement), "record_sha256": statement.sha256, "now": utc_now()})
        detail |= {"until": until.isoformat(), "record_sha256": statement.sha256}
    return statement


def standing_attestations(settings: Settings, clauses: Iterable[Clause], today: date | None = None) -> list[Due]:
    """Every clause that wants an attestation, in the register's order, with its newest one."""
    day = today or london_today()
    with connect(settings, ADMIN) as conn:
        newest = {row[0]: Attestation(*row) for row in conn.execute(_NEWEST.encode()).fetchall()}
    return [_due(clause, newest.get(clause.id), day) for clause in clauses if wants_attestation(clause)]


def _due(clause: Clause, attestation: Attestation | None, day: date) -> Due:
    if attestation is None:
        return Due(clause, "never", None)
    return Due(clause, "current" if attestation.valid_until >= day else "ended", attestation)
