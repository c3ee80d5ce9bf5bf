"""The people shown: linked, in scope, each once, and the same people in every table."""

from collections.abc import Iterator

from great_expectations.expectations.expectation import Expectation

from expectations.facts import Facts
from expectations.rules import Check, TableSuite, no_rows, not_empty, one_publish, present, table_suite, unique
from expectations.subjects import CANDIDATE, PEOPLE

TABLE = "dim_person"

# Read from what was landed rather than from the scope model, so that a fault of the model cannot vouch for itself.
HOUSED_NOW = """
    select member.partner, member.person_id
    from staged.stg_hou_household_members as member
    inner join staged.stg_hou_ta_placements as stay
        on member.partner = stay.partner
        and member.case_id = stay.case_id
        and (stay.person_id is null or stay.person_id = member.person_id)
    cross join agreement.run_context as run
    where stay.start_date <= run.as_at
        and (stay.end_date is null or stay.end_date > run.as_at)
        and (member.joined_date is null or member.joined_date <= run.as_at)
        and (member.left_date is null or member.left_date > run.as_at)
    union all
    select tenant.partner, tenant.person_id
    from staged.stg_ren_tenants as tenant
    inner join staged.stg_ren_tenancies as tenancy
        on tenant.partner = tenancy.partner and tenant.tenancy_id = tenancy.tenancy_id
    cross join agreement.run_context as run
    where run.hold_while = 'social_housing'
        and tenancy.start_date <= run.as_at
        and (tenancy.end_date is null or tenancy.end_date > run.as_at)
        and (tenant.moved_in_date is null or tenant.moved_in_date <= run.as_at)
        and (tenant.moved_out_date is null or tenant.moved_out_date > run.as_at)
"""

# Whose word an item of the person is: the columns of a housing record, in either housing extract.
OF_HOUSING = {
    "first_name": ("legal_first_name", "preferred_first_name"),
    "last_name": ("legal_last_name", "preferred_last_name"),
    "date_of_birth": ("date_of_birth",),
    "gender": ("gender",),
}
# What says who is housed: while such a file is too old, nobody knows who has left.
HOUSED_BY = "('hou_household_members', 'hou_ta_placements')"
AGED = f"""
    from control.current_snapshots as snapshot
    inner join agreement.freshness as age
        on snapshot.partner = age.partner and snapshot.extract = age.extract
    cross join agreement.run_context as run
    where snapshot.extract_date < run.as_at - age.max_age_days
        and (
            snapshot.extract in {HOUSED_BY}
            or (run.hold_while = 'social_housing' and snapshot.extract in ('ren_tenancies', 'ren_tenants'))
        )
"""

# Read from the register of requests itself, whatever the models made of it.
STOPPED = """exists (
    select 1
    from matched.person_key_records as known
    inner join control.stopped_records as stopped on known.record_hash = stopped.record_hash
    cross join agreement.run_context as run
    where known.person_key = shown.person_key and (stopped.ends_on is null or stopped.ends_on > run.as_at))
"""
RECORDS = "select 1 from matched.person_records as record where record.person_key = shown.person_key"
SCOPE_RULES = (
    (
        Check(f"{TABLE}.linked", "MA-07", "scope", "Everybody shown has a housing record linked to another system"),
        f"from judged as shown where not exists ({RECORDS} and record.source = 'housing')"
        f" or not exists ({RECORDS} and record.source <> 'housing')",
    ),
    (
        Check(f"{TABLE}.in_scope", "DS-01", "scope", "Everybody shown is a data subject in scope"),
        f"from judged as shown where not exists ({RECORDS}"
        " and (record.partner, record.record_id) in (select partner, record_id from matched.scope_housing_records))",
    ),
    (
        Check(
            f"{TABLE}.not_stopped",
            "DS-01",
            "scope",
            "Nobody is shown whose processing is restricted, or who objected with success",
        ),
        f"from judged as shown where {STOPPED}",
    ),
    (
        Check(f"{TABLE}.housed_now", "RE-01", "scope", "Everybody shown is housed on the run's date, as landed"),
        f"from judged as shown where not exists ({RECORDS} and (record.partner, record.record_id) in ({HOUSED_NOW}))",
    ),
    (
        Check(
            f"{TABLE}.scope_current",
            "RE-01",
            "scope",
            "The files that say who is housed are no older than the agreement's freshness has it",
        ),
        AGED,
    ),
    (
        Check(f"{TABLE}.all_shown", "PU-03", "completeness", "Everybody linked and in scope is shown"),
        "from matched.people as linked left join judged as shown on linked.person_key = shown.person_key"
        " where linked.is_published and shown.person_key is null",
    ),
    (
        Check(f"{TABLE}.has_facts", "PU-03", "consistency", "Everybody shown has a row of indicators"),
        "from judged as shown where not exists ("
        "select 1 from mart_candidate.fct_person_indicators as fact where fact.person_key = shown.person_key)",
    ),
)


def suites(facts: Facts) -> list[TableSuite]:
    """The suite of `dim_person`."""
    return [table_suite(PEOPLE, CANDIDATE, TABLE, [*_rows(), *_scope_rules(), *_as_housing_has_it(facts)])]


def _rows() -> list[Expectation]:
    return [
        not_empty(TABLE, "PU-03"),
        present(Check(f"{TABLE}.key_present", "PU-03", "completeness", "Every person has a key"), "person_key"),
        unique(Check(f"{TABLE}.key_unique", "PU-03", "uniqueness", "One row per person"), "person_key"),
        one_publish(TABLE),
    ]


def _scope_rules() -> list[Expectation]:
    return [no_rows(check, offenders) for check, offenders in SCOPE_RULES]


def _as_housing_has_it(facts: Facts) -> Iterator[Expectation]:
    """What is shown of the person stands in a housing record of that person, whatever others say (F-01 to F-04)."""
    for item in facts.item_columns:
        if item.table == TABLE and item.column in OF_HOUSING:
            text = f"{item.column} is what a housing record of the person says"
            yield no_rows(
                Check(f"{TABLE}.{item.column}.as_housing_has_it", item.clause, "consistency", text),
                _told_by_no_housing_record(item.column),
            )


def _told_by_no_housing_record(column: str) -> str:
    told = OF_HOUSING[column]
    housed = " union all ".join(
        f"select partner, person_id, {', '.join(told)} from staged.{table}"
        for table in ("stg_hou_household_members", "stg_ren_tenants")
    )
    return (
        f"from judged as shown where shown.{column} is not null and not exists ("
        f"select 1 from matched.person_records as record inner join ({housed}) as housed"
        " on record.partner = housed.partner and record.record_id = housed.person_id"
        " where record.person_key = shown.person_key"
        f" and shown.{column} in ({', '.join(f'housed.{name}' for name in told)}))"
    )
