"""Data quality: what was counted in the newest deliveries, kept in `control` and shown on a page per partner."""

import dagster as dg

from dagster_project.defs.resources import HearthlinkRun
from dagster_project.extracts.contracts import load_contracts
from dagster_project.governance.quality.measures import measure_quality
from dagster_project.governance.quality.pages import write_pages

MEASURED = dg.AssetKey(["feedback", "delivery_quality"])
PAGES = dg.AssetKey(["feedback", "quality_pages"])
MATCHED = ("identity_field_counts", "identity_records", "scope_housing_records", "person_records")


@dg.asset(
    key=MEASURED,
    deps=[
        *(dg.AssetKey(["staged", f"stg_{extract}"]) for extract in load_contracts()),
        *(dg.AssetKey(["matched", table]) for table in MATCHED),
    ],
    group_name="feedback",
    owners=["team:data_engineering"],
    kinds={"postgres"},
)
def delivery_quality(hearthlink: HearthlinkRun) -> dg.MaterializeResult:
    """Counts per delivery and extract: faulty identifiers, empty cells, broken references, linked records."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(measure_quality(hearthlink.settings()))})


@dg.asset(
    key=PAGES,
    deps=[MEASURED],
    group_name="feedback",
    owners=["team:data_engineering"],
    kinds={"html"},
)
def quality_pages(hearthlink: HearthlinkRun) -> dg.MaterializeResult:
    """`quality/index.html` of the home and a page per partner: counts over the last deliveries."""
    _, as_at, _ = hearthlink.current()
    pages = write_pages(hearthlink.settings(), hearthlink.agreement(), as_at)
    return dg.MaterializeResult(
        metadata={
            "partners": pages.partners,
            "page": dg.MetadataValue.url(pages.index.as_uri()),
            # A browser may refuse to follow a link from the UI to a file: then the path is there to be copied.
            "folder": dg.MetadataValue.path(str(pages.index.parent)),
        }
    )
