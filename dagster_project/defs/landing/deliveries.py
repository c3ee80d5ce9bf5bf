"""Landing: collect from the drop-box, land each partner kind in one step, then say what stands in `raw`."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from dagster_project.agreement.model import SOURCE_OF_KIND
from dagster_project.defs.resources import HearthlinkRun
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance import intake
from dagster_project.warehouse.connection import connect
from dagster_project.warehouse.landing import LandingResult

COLLECTED = dg.AssetKey(["landing", "deliveries"])
SNAPSHOTS = dg.AssetKey(["control", "current_snapshots"])
KINDS = (*SOURCE_OF_KIND, intake.REFERENCE)
DAILY = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=3), warn_window=timedelta(days=2))
SNAPSHOT_ROWS = "select extract, sum(rows_loaded)::bigint from control.current_snapshots group by extract"


@dg.asset(
    key=COLLECTED,
    deps=[dg.AssetKey(["agreement", "run_context"])],
    group_name="landing",
    owners=["team:data_engineering"],
    kinds={"sftp", "python"},
    check_specs=[
        dg.AssetCheckSpec(
            "dropbox_deliveries_sound",
            asset=COLLECTED,
            blocking=True,
            description="Whatever lies in the drop-box belongs to a delivery that can be named",
        )
    ],
)
def collect_deliveries(hearthlink: HearthlinkRun) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Deliveries that have arrived: fetched from the drop-box and found in the folders of the direct route."""
    settings, agreement = hearthlink.settings(), hearthlink.agreement()
    _, as_at, _ = hearthlink.current()
    fetched = intake.collect_from_dropbox(settings, agreement) if hearthlink.collect_dropbox else []
    found = intake.deliveries_by_kind(agreement, hearthlink.folders())
    refused = intake.land_all(settings, agreement, found.get(intake.UNKNOWN, []), as_at)
    nameless = intake.record_refused_in_dropbox(settings, fetched)
    yield dg.MaterializeResult(
        metadata={
            "collected_from_dropbox": sum(item.status == "collected" for item in fetched),
            "waiting_in_dropbox": sum(item.status == "waiting" for item in fetched),
            "waiting_because": [f"{item.partner}: {item.reason}" for item in fetched if item.status == "waiting"],
            "refused_in_dropbox": sum(item.status == "refused" for item in fetched),
            "found": sum(len(manifests) for manifests in found.values()),
            "refused_unknown_partner_or_manifest": len(refused),
        }
    )
    yield dg.AssetCheckResult(
        check_name="dropbox_deliveries_sound",
        passed=not nameless,
        metadata={"refused": len(nameless), "reasons": nameless},
    )


def _land_kind(kind: str) -> dg.AssetsDefinition:
    extracts = [contract.name for contract in load_contracts().values() if contract.kind == kind]

    @dg.multi_asset(
        name=f"land_{kind}",
        specs=[
            dg.AssetSpec(
                ["raw", extract],
                deps=[COLLECTED],
                group_name="landing",
                owners=["team:data_engineering"],
                kinds={"csv", "postgres"},
                freshness_policy=DAILY,
                description=load_contracts()[extract].description,
            )
            for extract in extracts
        ],
    )
    def land_kind(context: dg.AssetExecutionContext, hearthlink: HearthlinkRun) -> Iterator[dg.MaterializeResult]:
        settings, agreement = hearthlink.settings(), hearthlink.agreement()
        _, as_at, _ = hearthlink.current()
        manifests = intake.deliveries_by_kind(agreement, hearthlink.folders()).get(kind, [])

        def log(result: LandingResult) -> None:
            context.log.info(f"{result.delivery_id}: {result.status}{f' ({result.reason})' if result.reason else ''}")

        results = intake.land_all(settings, agreement, manifests, as_at, log)
        with connect(settings, "hl_loader") as conn:
            rows: dict[str, int] = dict(conn.execute(SNAPSHOT_ROWS).fetchall())
        for extract in extracts:
            counts = [result.extracts[extract] for result in results if extract in result.extracts]
            yield dg.MaterializeResult(
                asset_key=["raw", extract],
                metadata={
                    "dagster/row_count": rows.get(extract, 0),
                    "rows_parsed_now": sum(count.parsed for count in counts),
                    "rows_rejected_now": sum(count.rejected for count in counts),
                },
            )

    return land_kind


@dg.asset(
    key=SNAPSHOTS,
    deps=[dg.AssetKey(["raw", extract]) for extract in load_contracts()],
    group_name="landing",
    owners=["team:data_engineering"],
    kinds={"postgres"},
    check_specs=[
        dg.AssetCheckSpec(
            "no_delivery_refused",
            asset=SNAPSHOTS,
            blocking=True,
            description="No delivery of this run was refused, unless a newer good one of its partner is loaded",
        )
    ],
)
def current_snapshots(hearthlink: HearthlinkRun) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """The newest snapshot of each partner and extract, from which the warehouse is rebuilt."""
    settings = hearthlink.settings()
    _, _, started_at = hearthlink.current()
    with connect(settings, "hl_loader") as conn:
        count = conn.execute("select count(*), count(trimmed_at) from control.current_snapshots").fetchone()
    refusals = intake.holding_refusals(settings, started_at)
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": count[0] if count else 0,
            # Of these only the rows of people in scope are left: whoever comes into scope now waits for the next file.
            "trimmed_by_retention": count[1] if count else 0,
        }
    )
    yield dg.AssetCheckResult(
        check_name="no_delivery_refused",
        passed=not refusals,
        metadata={"refused": len(refusals), "reasons": [refusal.reason for refusal in refusals]},
    )


@dg.definitions
def landing() -> dg.Definitions:
    """One landing step per partner kind, so that a failed one can be rerun alone."""
    return dg.Definitions(assets=[collect_deliveries, *(_land_kind(kind) for kind in KINDS), current_snapshots])
