"""The indicators: values of the agreed kind, and never N where nothing is known."""

from collections.abc import Iterator

from great_expectations.expectations.expectation import Expectation

from expectations.facts import Facts, ItemColumn, is_flag
from expectations.rules import (
    Check,
    TableSuite,
    between,
    no_excluded_team,
    no_rows,
    not_empty,
    one_of,
    one_publish,
    present,
    table_suite,
    unique,
)
from expectations.subjects import CANDIDATE, INDICATORS
from expectations.suites.changes import compared

TABLE = "fct_person_indicators"
KEYS = {"person_key": "dim_person", "household_key": "dim_household", "school_key": "dim_school"}
# An item that only one system can know: without a linked record of that system the cell stays empty (MA-07).
KNOWN_BY = {
    "has_ehcp": ("edu",),
    "send_type": ("edu",),
    "is_disabled": ("csc", "asc"),
    "disabilities": ("csc", "asc"),
    "current_school": ("edu",),
    "current_school_postcode": ("edu",),
    "total_absence_percent": ("edu",),
    "lateness_percent": ("edu",),
    "exclusions_current_year": ("edu",),
    "has_child_protection_plan": ("csc",),
    "is_child_in_care": ("csc",),
    "is_child_in_need": ("csc",),
    "is_at_risk_of_exploitation": ("csc",),
    "is_known_to_services": ("csc", "asc", "edu"),
    "service_team_details": ("csc", "asc", "edu"),
    "assigned_caseworkers": ("csc", "asc", "edu"),
}

# By the education system's own birth dates: the one shown is housing's. Counted back from the run's date, somebody born
# on 29 February comes of age on 1 March.
EDUCATION_KEPT = """
    from judged as fact
    cross join agreement.run_context as run
    inner join agreement.retention_rules as kept on kept.domain = 'education' and kept.trigger_event = 'birth_date'
    where not exists (
        select 1
        from matched.person_records as record
        inner join staged.stg_edu_pupils as pupil
            on record.partner = pupil.partner and record.record_id = pupil.person_id
        where record.person_key = fact.person_key
            and coalesce(
                pupil.date_of_birth
                > run.as_at - make_interval(years => kept.period_years, days => kept.period_days), true)
    )
"""

# Between the sixth and the fifteenth birthday school age is beyond doubt, whatever the day of the year.
SCHOOL_NOT_SAID = """
    from judged as fact
    cross join agreement.run_context as run
    inner join (
        select record.person_key, min(pupil.date_of_birth) as born
        from matched.person_records as record
        inner join staged.stg_edu_pupils as pupil
            on record.partner = pupil.partner and record.record_id = pupil.person_id
        group by record.person_key
    ) as known on fact.person_key = known.person_key
    where fact.current_school is null
        and known.born <= run.as_at - interval '6 years' and known.born > run.as_at - interval '15 years'
"""


def suites(facts: Facts) -> list[TableSuite]:
    """The suite of `fct_person_indicators`; which columns it has is the agreement's business."""
    columns = [column for column in facts.item_columns if column.table == TABLE]
    numbers = facts.number_columns.get(TABLE, ())
    checks = [*_rows(facts), *_values(columns, numbers), *_rules(facts), *compared(facts)]
    return [table_suite(INDICATORS, CANDIDATE, TABLE, checks)]


def _rows(facts: Facts) -> Iterator[Expectation]:
    yield not_empty(TABLE, "PU-03")
    yield present(Check(f"{TABLE}.key_present", "PU-03", "completeness", "Every row names its person"), "person_key")
    yield unique(Check(f"{TABLE}.key_unique", "PU-03", "uniqueness", "One row of indicators per person"), "person_key")
    yield one_publish(TABLE)
    for key, table in KEYS.items():
        if key not in facts.searched_columns.get(TABLE, ()):
            continue
        text = f"Every {key} of {TABLE} stands in {table}"
        yield no_rows(
            Check(f"{TABLE}.{key}.known", "PU-03", "consistency", text),
            f"from judged as fact where fact.{key} is not null and not exists ("
            f"select 1 from {CANDIDATE}.{table} as known where known.{key} = fact.{key})",
        )


def _values(columns: list[ItemColumn], numbers: tuple[str, ...]) -> Iterator[Expectation]:
    for item in columns:
        column = item.column
        check_id = f"{TABLE}.{column}"
        if is_flag(column):
            yield one_of(Check(f"{check_id}.flag", item.clause, "validity", f"{column} is Y, N or empty"), column, "YN")
        elif column in numbers:
            high = 100 if column.endswith("_percent") else None
            text = f"{column} is not below 0" + (" nor above 100" if high else "")
            yield between(Check(f"{check_id}.range", item.clause, "validity", text), column, 0, high)
        if column in KNOWN_BY:
            text = f"{column} is empty for a person without a linked record of {' or '.join(KNOWN_BY[column])}"
            yield no_rows(Check(f"{check_id}.known", "MA-07", "validity", text), _told_by_nobody(column))


def _told_by_nobody(column: str) -> str:
    sources = ", ".join(f"'{source}'" for source in KNOWN_BY[column])
    return (
        f"from judged as fact where fact.{column} is not null and not exists ("
        "select 1 from matched.person_records as record"
        f" where record.person_key = fact.person_key and record.source in ({sources}))"
    )


def _rules(facts: Facts) -> Iterator[Expectation]:
    built = {column.column for column in facts.item_columns if column.table == TABLE}
    if "is_in_temporary_accommodation" in built:
        yield no_rows(
            Check(
                f"{TABLE}.in_ta", "RE-01", "scope", "While the agreement holds people in TA only, everybody's flag is Y"
            ),
            "from judged as fact cross join agreement.run_context as run"
            " where run.hold_while = 'temporary_accommodation'"
            " and fact.is_in_temporary_accommodation is distinct from 'Y'",
        )
    education = [f"fact.{column}" for column, sources in KNOWN_BY.items() if sources == ("edu",) and column in built]
    if education:
        yield no_rows(
            Check(
                f"{TABLE}.education_kept", "RE-03", "scope", "No education item outlives the education retention rule"
            ),
            EDUCATION_KEPT + f" and num_nonnulls({', '.join(education)}) > 0",
        )
    if "service_team_details" in built:
        yield no_excluded_team(TABLE, ["service_team_details"])
    if "current_school" in built:
        text = "A child of school age whom education knows has a school, or a word for why not"
        yield no_rows(Check(f"{TABLE}.current_school.said", "F-26", "completeness", text), SCHOOL_NOT_SAID)
    if {"is_disabled", "disabilities"} <= built:
        yield no_rows(
            Check(f"{TABLE}.disabilities_flagged", "F-18", "consistency", "Disabilities are named for Y only"),
            "from judged as fact where (fact.disabilities is not null) <> (fact.is_disabled is not distinct from 'Y')",
        )
    if {"is_in_rent_arrears", "has_arrears_payment_plan"} <= built:
        yield no_rows(
            Check(f"{TABLE}.plan_needs_arrears", "F-07", "consistency", "A payment plan is in place only for arrears"),
            "from judged as fact where fact.has_arrears_payment_plan = 'Y'"
            " and fact.is_in_rent_arrears is distinct from 'Y'",
        )
