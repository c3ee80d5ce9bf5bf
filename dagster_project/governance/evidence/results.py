"""The answer to each clause: PASS, FAIL, NOT EVIDENCED or NOT BUILT, from what is stored and nothing else.

A clause passes only when everything that it names was looked at and held. A check that was not run is never a pass.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from dagster_project.agreement.register import Clause, matching

Result = Literal["PASS", "FAIL", "NOT EVIDENCED", "NOT BUILT"]
RESULTS: tuple[Result, ...] = ("PASS", "FAIL", "NOT EVIDENCED", "NOT BUILT")
GRACE_DAYS = 30
Count = int | float | bool | str


@dataclass(frozen=True)
class Check:
    """One stored answer: a gate check (`suite/check_id`) or a fact of the run (`run/<fact>`), and what is wrong."""

    name: str
    passed: bool
    observed: Mapping[str, Count]
    note: str = ""


@dataclass(frozen=True)
class Attested:
    """The newest attestation of a clause. `record_sha256` is the hash of the whole record, name and note included."""

    attested_on: date
    valid_until: date
    record_sha256: str


@dataclass(frozen=True)
class ClauseResult:
    """What is known about a clause.

    `checks` are names of the checks that answered, `missing` the names that nothing answered. `blocks` says whether
    publishing must stop; `reason` why the result is not PASS; `warning` what somebody has to do, and until when.
    """

    clause: Clause
    result: Result
    checks: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    attestation: Attested | None = None
    blocks: bool = False
    reason: str = ""
    warning: str = ""


def clause_results(
    clauses: Iterable[Clause],
    checks: Sequence[Check],
    attestations: Mapping[str, Attested],
    as_at: date,
    first_publish: date | None,
    grace_days: int = GRACE_DAYS,
    may_block: bool = True,
) -> list[ClauseResult]:
    """One result per clause, in the register's order.

    `first_publish` is the as-at date of the oldest publish on record, None before there is one. A clause that was
    never attested has the grace period from then on, one whose attestation ran out has it from that day. Where
    nobody could attest (an example) `may_block` is False, and a missing attestation is a warning for ever.
    """
    by_name = {check.name: check for check in checks}
    grace = timedelta(days=grace_days)
    results = []
    for clause in clauses:
        attestation = attestations.get(clause.id)
        begins = attestation.valid_until if attestation else first_publish or as_at
        results.append(_result(clause, by_name, attestation, begins + grace if may_block else None, as_at))
    return results


def blocking(results: Iterable[ClauseResult]) -> tuple[str, ...]:
    """`HD-03 (FAIL: run/enacted)` for each clause that stops the publish."""
    return tuple(f"{found.clause.id} ({found.result}: {found.reason})" for found in results if found.blocks)


def counts(results: Sequence[ClauseResult]) -> dict[str, int]:
    """How many clauses have each result; all four are always there."""
    return {name: sum(found.result == name for found in results) for name in RESULTS}


def _result(
    clause: Clause,
    checks: Mapping[str, Check],
    attestation: Attested | None,
    deadline: date | None,
    as_at: date,
) -> ClauseResult:
    answers = {pattern: matching(pattern, checks) for pattern in (*clause.checks, *clause.item_checks)}
    seen = tuple(sorted({name for names in answers.values() for name in names}))
    failed = tuple(name for name in seen if not checks[name].passed)
    missing = tuple(pattern for pattern in clause.checks if not answers[pattern])
    enforced = clause.kind == "enforced"
    if failed:
        reason = ", ".join(f"{name} ({note})" if (note := checks[name].note) else name for name in failed)
        return ClauseResult(clause, "FAIL", seen, failed, missing, attestation, blocks=enforced, reason=reason)
    if clause.not_built:
        return ClauseResult(clause, "NOT BUILT", seen, (), missing, attestation, reason=clause.not_built)
    attested = clause.kind == "attested" or clause.attestation_days is not None
    if missing or not (clause.checks or attested):
        reason = ", ".join(missing) if missing else "the register names no check"
        return ClauseResult(clause, "NOT EVIDENCED", seen, (), missing, attestation, blocks=enforced, reason=reason)
    if attested and (attestation is None or attestation.valid_until < as_at):
        return _not_attested(clause, seen, attestation, deadline, as_at)
    return ClauseResult(clause, "PASS", seen, attestation=attestation)


def _not_attested(
    clause: Clause, seen: tuple[str, ...], attestation: Attested | None, deadline: date | None, as_at: date
) -> ClauseResult:
    reason = "not yet attested" if attestation is None else f"attestation ended {attestation.valid_until}"
    blocks = deadline is not None and as_at > deadline
    stops = "publishing has stopped" if blocks else f"publishing stops after {deadline}"
    if deadline is None:
        stops = "an example is published all the same"
    warning = (
        f"{clause.id}: {reason}; {stops}. Attest with: hearthlink attest {clause.id} --by NAME --until DATE --note TEXT"
    )
    return ClauseResult(
        clause, "NOT EVIDENCED", seen, (), (), attestation, blocks=blocks, reason=reason, warning=warning
    )
