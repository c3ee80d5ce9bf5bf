"""The first step of a run: the agreement becomes tables, and the run gets its publish id."""

from collections.abc import Iterator

import dagster as dg

from dagster_project.agreement.loader import RunContext, load_into_warehouse
from dagster_project.agreement.model import file_sha256
from dagster_project.agreement.signed_text import text_problem
from dagster_project.agreement.standing import Standing, standing
from dagster_project.clock import utc_now
from dagster_project.defs.resources import HearthlinkRun
from dagster_project.governance.access.functions import ensure_functions
from dagster_project.governance.retention.purge import purge, unfinished
from dagster_project.warehouse.bootstrap import ensure_warehouse
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.swap import reset_candidate

TABLES = (
    "partners",
    "data_items",
    "item_columns",
    "withheld_columns",
    "functions",
    "function_items",
    "match_rules",
    "match_methods",
    "lawful_identifiers",
    "retention_rules",
    "freshness",
    "item_settings",
    "retention_settings",
    "run_context",
)


@dg.multi_asset(
    name="load_agreement",
    specs=[
        dg.AssetSpec(
            ["agreement", table],
            group_name="agreement",
            owners=["team:information_governance"],
            kinds={"yaml", "postgres"},
            description=f"The agreement file as the table agreement.{table}",
        )
        for table in TABLES
    ],
)
def load_agreement_tables(
    context: dg.AssetExecutionContext, hearthlink: HearthlinkRun
) -> Iterator[dg.MaterializeResult]:
    """Prepare the warehouse and an empty candidate, load the agreement, and write down what this run is about."""
    settings, agreement, started_at = hearthlink.settings(), hearthlink.agreement(), utc_now()
    as_at = hearthlink.as_at_date()
    stands = standing(agreement, as_at)
    _require_enacted(context, stands)
    if problem := text_problem(agreement, settings.agreement_file):
        context.log.warning(problem)
    run = RunContext(
        publish_id=f"{as_at:%Y%m%d}-{started_at:%H%M%S}-{context.run_id[:8]}",
        as_at=as_at,
        agreement_sha256=file_sha256(settings.agreement_file),
        started_at=started_at,
    )
    ensure_warehouse(settings)
    if killed := unfinished(settings):
        context.log.warning(f"The purge after {killed} had not come to its end and is done again first")
        purge(settings, agreement, killed, as_at, hearthlink.folders(), use_dropbox=hearthlink.collect_dropbox)
    with connect(settings, "admin") as conn:
        ensure_functions(conn, agreement)
    with connect(settings, "hl_publisher") as conn:
        reset_candidate(conn)
    with connect(settings, "hl_loader") as conn:
        counts = load_into_warehouse(conn, agreement, run)
    about = {
        "review_due": stands.review_due.isoformat(),
        "not_in_force": list(stands.refusals),
        "due": list(stands.warnings),
        "held_partners": list(stands.held_partners.values()),
    }
    for table in TABLES:
        yield dg.MaterializeResult(
            asset_key=["agreement", table],
            metadata={
                "dagster/row_count": counts[table],
                "publish_id": run.publish_id,
                "as_at": as_at.isoformat(),
                **(about if table == "run_context" else {}),
            },
        )


def _require_enacted(context: dg.AssetExecutionContext, stands: Standing) -> None:
    """Nothing runs before the enactment (HD-03). Whatever else is due is told; publishing asks for itself."""
    if not stands.enacted:
        raise dg.Failure(" ".join(stands.refusals), allow_retries=False)
    for sentence in (*stands.refusals, *stands.warnings, *stands.held_partners.values()):
        context.log.warning(sentence)
