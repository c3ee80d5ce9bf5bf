"""Data quality: what was counted in the newest deliveries, kept in `control` and shown on a page per partner.

It informs, and holds up nothing: a fault here is a warning, and the mart is published all the same.
"""

from collections.abc import Iterator

import dagster as dg
import psycopg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance.quality.measures import measure_quality
from dagster_project.governance.quality.pages import write_pages

MEASURED = dg.AssetKey(["feedback", "delivery_quality"])
PAGES = dg.AssetKey(["feedback", "quality_pages"])
MATCHED = ("identity_field_counts", "identity_records", "scope_housing_records", "person_records")
Results = Iterator[dg.MaterializeResult | dg.AssetCheckResult]


@dg.asset(
    key=MEASURED,
    deps=[
        *(dg.AssetKey(["staged", f"stg_{extract}"]) for extract in load_contracts()),
        *(dg.AssetKey(["matched", table]) for table in MATCHED),
    ],
    group_name="feedback",
    owners=["team:data_engineering"],
    kinds={"postgres"},
    check_specs=[dg.AssetCheckSpec("measured", asset=MEASURED, description="The newest deliveries could be measured")],
)
def delivery_quality(hearthlink: HearthlinkRun) -> Results:
    """Counts per delivery and extract: faulty identifiers, empty cells, broken references, linked records."""
    counted, fault = 0, None
    try:
        counted = len(measure_quality(hearthlink.settings()))
    except psycopg.Error as error:
        # The driver's text quotes rows.
        fault = f"Nothing was measured ({type(error).__name__}): see that the warehouse answers; the next run measures"
    yield dg.MaterializeResult(metadata={"dagster/row_count": counted})
    yield _warning("measured", fault)


@dg.asset(
    key=PAGES,
    deps=[MEASURED],
    group_name="feedback",
    owners=["team:data_engineering"],
    kinds={"html"},
    check_specs=[dg.AssetCheckSpec("written", asset=PAGES, description="The pages on data quality could be written")],
)
def quality_pages(hearthlink: HearthlinkRun) -> Results:
    """`quality/index.html` of the home and a page per partner: counts over the last deliveries."""
    _, as_at, _ = hearthlink.current()
    settings, fault = hearthlink.settings(), None
    page = settings.quality_dir / "index.html"
    try:
        page = write_pages(settings, hearthlink.agreement(), as_at).index
    except OSError as error:
        fault = f"The folder quality cannot be written to ({error.strerror}): check its rights and space"
    yield dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.url(page.as_uri()),
            # A browser may refuse to follow a link from the UI to a file: then the path is there to be copied.
            "folder": dg.MetadataValue.path(str(page.parent)),
        }
    )
    yield _warning("written", fault)


def _warning(check: str, fault: str | None) -> dg.AssetCheckResult:
    reasons = [fault] if fault else []
    return dg.AssetCheckResult(
        check_name=check, passed=not fault, severity=dg.AssetCheckSeverity.WARN, metadata={"reasons": reasons}
    )
