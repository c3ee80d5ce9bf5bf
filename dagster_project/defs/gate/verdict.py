"""The gate: every suite and catalogue check over the candidate, as blocking asset checks; the verdict is stored."""

from collections.abc import Iterator

import dagster as dg
import psycopg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.errors import GovernanceError
from dagster_project.governance.gate import SUITES, judge
from dagster_project.governance.holds import Hold, read_holds
from dagster_project.governance.mart_shape import STRUCTURAL
from expectations.redact import Verdict
from expectations.subjects import CANDIDATE

VERDICT = dg.AssetKey(["gate", "verdict"])
LINKAGE = ("people", "person_records", "links", "review_queue")


@dg.asset(
    key=VERDICT,
    deps=[
        *(dg.AssetKey(["matched", table]) for table in LINKAGE),
        *(dg.AssetKey([CANDIDATE, table]) for table in STRUCTURAL),
    ],
    group_name="gate",
    owners=["team:information_governance"],
    kinds={"greatexpectations", "postgres"},
    check_specs=[
        dg.AssetCheckSpec(suite, asset=VERDICT, blocking=True, description=f"Every check of the {suite} suite passes")
        for suite in SUITES
    ],
)
def verdict(hearthlink: HearthlinkRun) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Judge the candidate; results hold check names, clauses and counts, never values."""
    publish_id, _, _ = hearthlink.current()
    result = judge(hearthlink.settings(), publish_id)
    yield dg.MaterializeResult(
        metadata={"publish_id": publish_id, "passed": result.passed, "checks": len(result.checks)}
    )
    holds = [] if result.passed else _holds(hearthlink)
    for suite in SUITES:
        checks = [check for check in result.checks if check.suite == suite]
        failed = [check.check_id for check in checks if not check.passed]
        yield dg.AssetCheckResult(
            check_name=suite,
            passed=bool(checks) and not failed,
            metadata={"checks": len(checks), "failed": failed, **_reasons(suite, holds), **_named(checks)},
        )


def _holds(hearthlink: HearthlinkRun) -> list[Hold]:
    """What a person could let through. Of a candidate that could not be judged there is nothing to say."""
    try:
        return read_holds(hearthlink.settings(), hearthlink.agreement())
    except (GovernanceError, psycopg.Error):
        return []


def _reasons(suite: str, holds: list[Hold]) -> dict[str, list[str]]:
    """What holds in a suite, in words; nothing where its checks failed for another cause."""
    sentences = [hold.sentence for hold in holds if hold.suite == suite]
    return {"reasons": sentences} if sentences else {}


def _named(checks: list[Verdict]) -> dict[str, list[str]]:
    """The controls that are not as they should be: names of tables, roles, policies and logins."""
    named = [str(check.observed["named"]) for check in checks if "named" in check.observed]
    return {"named": named} if named else {}
