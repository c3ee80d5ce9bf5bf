"""The gate: judges the candidate mart and stores the verdict that publishing reads back.

Fails closed. A check that raises has failed, a suite without a check has failed, and a gate that cannot finish has
failed. Nothing of a fault's text is kept, because database errors quote values.
"""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dagster_project.agreement.model import Agreement, file_sha256, load_agreement
from dagster_project.clock import utc_now
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance import catalogue_rules, verdicts
from dagster_project.governance.access.judge import judge_access
from dagster_project.governance.catalogue import read_catalogue
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.facts import read_facts
from dagster_project.governance.mart_shape import mart_shape
from dagster_project.governance.verdicts import Judged
from dagster_project.settings import Settings
from dagster_project.warehouse.connection import connect, sqlalchemy_url
from dagster_project.warehouse.roles import PUBLISHER
from expectations.redact import Observed, Verdict
from expectations.runner import run_gate
from expectations.subjects import CANDIDATE, RETENTION, SUBJECTS

GATE = "gate"
SUITES = (*SUBJECTS, catalogue_rules.SUITE, GATE)


@dataclass(frozen=True)
class GateResult:
    """The verdict on one candidate; `passed` only if every suite has a check and every check passed."""

    publish_id: str
    passed: bool
    checks: tuple[Verdict, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """`suite.check_id` of every check that failed."""
        return tuple(f"{check.suite}.{check.check_id}" for check in self.checks if not check.passed)


def judge(settings: Settings, publish_id: str) -> GateResult:
    """Run every suite and catalogue check over the candidate, and store the verdict.

    A fault on the way is a failed verdict, not an exception.

    Raises:
        GovernanceError: the publish id is published already, or the verdict cannot be stored.
    """
    started_at = utc_now()
    _refuse_published(settings, publish_id)
    judged: Judged | None = None
    try:
        judged, checks = _judge(settings, publish_id)
    except Exception as fault:
        checks = [_own_check("completed", "SE-01", passed=False, fault=_kind_and_place(fault))]
    passed = all(check.passed for check in checks) and {check.suite for check in checks} >= set(SUITES)
    result = GateResult(publish_id, passed, tuple(checks))
    try:
        with connect(settings, PUBLISHER) as conn:
            verdicts.store(
                conn, publish_id, judged, checks, passed=passed, started_at=started_at, finished_at=utc_now()
            )
    except Exception as fault:
        raise GovernanceError(
            f"The gate's verdict could not be stored ({type(fault).__name__}), so nothing can be published: "
            "see that the warehouse answers, then run the gate again"
        ) from None
    return result


def outlived(settings: Settings) -> tuple[str, ...]:
    """Checks of retention that fail as things stand now, as `suite.check_id`; one that cannot be made has failed."""
    with connect(settings, PUBLISHER) as conn:
        facts = read_facts(conn, load_agreement(settings.agreement_file), load_contracts(), CANDIDATE)
    checks = run_gate(sqlalchemy_url(settings, PUBLISHER), facts, (RETENTION,))
    failed = tuple(f"{check.suite}.{check.check_id} (clause {check.clause})" for check in checks if not check.passed)
    return failed if checks else (f"{RETENTION}.not_run",)


def _refuse_published(settings: Settings, publish_id: str) -> None:
    with connect(settings, PUBLISHER) as conn:
        if verdicts.is_published(conn, publish_id):
            raise GovernanceError(
                f"{publish_id} is published already; its verdict stays. Begin a new run to judge again"
            )


def _judge(settings: Settings, publish_id: str) -> tuple[Judged | None, list[Verdict]]:
    agreement = load_agreement(settings.agreement_file)
    with connect(settings, PUBLISHER) as conn:
        before = verdicts.read_judged(conn)
        facts = read_facts(conn, agreement, load_contracts(), CANDIDATE)
        catalogue, shape = read_catalogue(conn, CANDIDATE), mart_shape(agreement)
        access = judge_access(conn, shape, CANDIDATE)
    checks = list(run_gate(sqlalchemy_url(settings, PUBLISHER), facts))
    checks += [*catalogue_rules.judge_catalogue(catalogue, shape, CANDIDATE), *access]
    with connect(settings, PUBLISHER) as conn:
        after = verdicts.read_judged(conn)
    return before, [*checks, *_own_checks(settings, agreement, publish_id, before, after)]


def _own_checks(
    settings: Settings, agreement: Agreement, publish_id: str, before: Judged | None, after: Judged | None
) -> Iterator[Verdict]:
    yield _own_check("completed", "SE-01", passed=True)
    yield _own_check("judges_this_run", "RE-01", passed=before is not None and before.publish_id == publish_id)
    yield _own_check("candidate_at_rest", "SE-01", passed=before is not None and before == after)
    same_text = before is not None and before.agreement_sha256 == file_sha256(settings.agreement_file)
    yield _own_check("agreement_unchanged", "HD-02", passed=same_text)
    yield _own_check("functions_named", "SE-02", passed=bool(agreement.functions))


def _own_check(check_id: str, clause: str, *, passed: bool, fault: str = "") -> Verdict:
    observed: Observed = {"expectation": GATE, "table": CANDIDATE, "dimension": "consistency"}
    if fault:
        observed["fault"] = fault
    return Verdict(GATE, check_id, clause, passed, observed)


def _kind_and_place(fault: BaseException) -> str:
    """An exception's type, and the line of code that raised it: what is known without its text."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    return f"{type(fault).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"
