"""Addresses, caseworkers and the tables around the people: complete, consistent, and silent where they must be."""

from great_expectations.expectations.expectation import Expectation

from expectations.facts import Facts
from expectations.rules import (
    Check,
    TableSuite,
    no_excluded_team,
    no_rows,
    not_empty,
    one_of,
    one_publish,
    one_row,
    present,
    table_suite,
    unique,
)
from expectations.subjects import CANDIDATE, DIMENSIONS

IN_HIDING = """
    select partner, person_id from staged.stg_csc_persons where restricted
    union all
    select partner, person_id from staged.stg_asc_persons where restricted
    union all
    select member.partner, member.person_id
    from staged.stg_hou_household_members as member
    inner join staged.stg_hou_ta_placements as stay
        on member.partner = stay.partner
        and member.case_id = stay.case_id
        and (stay.person_id is null or stay.person_id = member.person_id)
    cross join agreement.run_context as run
    where stay.refuge and stay.start_date <= run.as_at and (stay.end_date is null or stay.end_date > run.as_at)
"""


def suites(facts: Facts) -> list[TableSuite]:
    """One suite per table."""
    tables = {
        "bridge_person_address": _addresses(),
        "bridge_person_caseworker": _caseworkers(facts),
        "dim_household": _households(),
        "dim_school": _keyed("dim_school", "school_key"),
        "dim_partner": _partners(),
        "dim_date": _dates(),
        "publish_info": _publish_info(),
    }
    return [table_suite(DIMENSIONS, CANDIDATE, table, expectations) for table, expectations in tables.items()]


def _keyed(table: str, key: str) -> list[Expectation]:
    return [
        present(Check(f"{table}.key_present", "PU-03", "completeness", f"Every row of {table} has its {key}"), key),
        unique(Check(f"{table}.key_unique", "PU-03", "uniqueness", f"One row of {table} per {key}"), key),
        one_publish(table),
    ]


def _of_people_shown(table: str) -> list[Expectation]:
    check = Check(f"{table}.person_shown", "MA-07", "scope", f"{table} tells only of people who are shown")
    return [
        no_rows(
            check,
            "from judged where not exists ("
            "select 1 from mart_candidate.dim_person as shown where shown.person_key = judged.person_key)",
        ),
        one_publish(table),
    ]


def _addresses() -> list[Expectation]:
    table = "bridge_person_address"
    systems = Check(f"{table}.per_system", "F-09", "consistency", "One address row per person and host system, no more")
    silent = Check(f"{table}.silent", "F-09", "secrecy", "A row that does not show an address holds none")
    hidden = Check(
        f"{table}.in_hiding", "F-09", "secrecy", "Nobody's address is shown who is restricted or in a refuge"
    )
    return [
        not_empty(table, "F-09"),
        *_of_people_shown(table),
        present(Check(f"{table}.status_present", "F-09", "completeness", "Every row has a status"), "address_status"),
        one_of(
            Check(f"{table}.status", "F-09", "validity", "An address is shown, withheld, not current or none"),
            "address_status",
            ("shown", "withheld", "not_current", "none"),
        ),
        no_rows(
            systems,
            "from (select person_key, partner, count(*) as systems from judged group by person_key, partner) as judged"
            " full join (select distinct record.person_key, record.partner from matched.person_records as record"
            " inner join mart_candidate.dim_person as shown on record.person_key = shown.person_key) as hosts"
            " on judged.person_key = hosts.person_key and judged.partner = hosts.partner"
            " where judged.systems is distinct from 1 or hosts.partner is null",
        ),
        no_rows(
            silent,
            "from judged where judged.address_status <> 'shown' and coalesce("
            "judged.address_line_1, judged.address_line_2, judged.town, judged.postcode) is not null",
        ),
        no_rows(
            hidden,
            "from judged where judged.address_status = 'shown' and exists ("
            f"select 1 from matched.person_records as record inner join ({IN_HIDING}) as hiding"
            " on record.partner = hiding.partner and record.record_id = hiding.person_id"
            " where record.person_key = judged.person_key)",
        ),
    ]


def _caseworkers(facts: Facts) -> list[Expectation]:
    table = "bridge_person_caseworker"
    teams = facts.columns_of("service_team_details", table)
    return [*_of_people_shown(table), *([no_excluded_team(table, teams)] if teams else [])]


def _households() -> list[Expectation]:
    table = "dim_household"
    counted = Check(f"{table}.people", "PU-03", "consistency", "A household counts the people shown of it")
    return [
        not_empty(table, "PU-03"),
        *_keyed(table, "household_key"),
        no_rows(
            counted,
            "from judged full join ("
            "select household_key, count(*) as people from mart_candidate.dim_person group by household_key) as shown"
            " on judged.household_key = shown.household_key where judged.people is distinct from shown.people",
        ),
    ]


def _partners() -> list[Expectation]:
    table = "dim_partner"
    listed = Check(f"{table}.listed", "HD-06", "consistency", "The partners shown are those of the agreement")
    return [
        not_empty(table, "HD-06"),
        *_keyed(table, "partner"),
        no_rows(
            listed,
            "from judged full join agreement.partners as signed on judged.partner = signed.partner"
            " where judged.partner is null or signed.partner is null",
        ),
    ]


def _dates() -> list[Expectation]:
    table = "dim_date"
    as_at = Check(f"{table}.as_at", "RE-01", "consistency", "The calendar marks the run's date and no other")
    return [
        not_empty(table, "PU-03"),
        *_keyed(table, "calendar_date"),
        no_rows(
            as_at,
            "from agreement.run_context as run left join judged on judged.is_as_at"
            " where judged.calendar_date is distinct from run.as_at",
        ),
    ]


def _publish_info() -> list[Expectation]:
    table = "publish_info"
    one = Check(f"{table}.one_row", "HD-02", "uniqueness", "One row tells what was published")
    same = Check(f"{table}.same_run", "HD-02", "consistency", "It tells of this run's date and agreement")
    return [
        one_row(one),
        one_publish(table),
        no_rows(
            same,
            "from judged cross join agreement.run_context as run"
            " where (judged.as_at, judged.agreement_id, judged.agreement_version, judged.hold_while)"
            " is distinct from (run.as_at, run.agreement_id, run.agreement_version, run.hold_while)",
        ),
    ]
