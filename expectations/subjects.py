"""The names of the suites, free of imports: whoever waits for verdicts needs them without loading the library."""

KINDS = (
    "temporary_accommodation",
    "social_housing",
    "childrens_social_care",
    "adult_social_care",
    "education",
    "reference",
)
STAGED = tuple(f"staged_{kind}" for kind in KINDS)
MATCHED = "matched"
PEOPLE = "mart_people"
INDICATORS = "mart_indicators"
DIMENSIONS = "mart_dimensions"
IDENTIFIERS = "mart_identifiers"

DELIVERIES = "deliveries"
RETENTION = "retention"

SUBJECTS = (*STAGED, DELIVERIES, MATCHED, PEOPLE, INDICATORS, DIMENSIONS, IDENTIFIERS, RETENTION)
CANDIDATE = "mart_candidate"
