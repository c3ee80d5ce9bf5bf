"""Nothing outlives its rule, in any schema that holds people (RE-01 to RE-08). Judged on the build and at publish.

Each check names its rule: R0 for the joint system, R1 to R6 for our copies of what the host systems keep. Who is housed
is read from what was landed, not from the scope model, so that a fault of the model cannot vouch for itself.
"""

from collections.abc import Iterator

from great_expectations.expectations.expectation import Expectation

from expectations.due import CLAUSES, COPIES, due
from expectations.facts import Facts, StagedExtract
from expectations.rules import Check, TableSuite, no_rows, table_suite
from expectations.subjects import CANDIDATE, RETENTION
from expectations.suites.people import HOUSED_NOW

SHOWN = ("dim_person", "fct_person_indicators", "bridge_person_address", "bridge_person_caseworker")
_OF_PERSON = "select 1 from matched.person_records as record where record.person_key = judged.person_key"
# Days that the agreement lets a record be held after its end, shown to nobody.
_HELD_NOW = HOUSED_NOW.replace(
    "cross join agreement.run_context as run",
    "cross join agreement.run_context as run cross join (select greatest(ta_gap_days, ta_grace_days) as days"
    " from agreement.retention_settings) as kept",
)
for _end in ("stay.end_date", "member.left_date", "tenancy.end_date", "tenant.moved_out_date"):
    _HELD_NOW = _HELD_NOW.replace(
        f"{_end} > run.as_at", f"{_end} > run.as_at or (kept.days > 0 and {_end} + kept.days >= run.as_at)"
    )
_DIED = """
    select partner, person_id from staged.stg_csc_persons cross join agreement.run_context as run
    where death_date <= run.as_at
    union all
    select partner, person_id from staged.stg_asc_persons cross join agreement.run_context as run
    where death_date <= run.as_at
"""
# Rows that arrived so long before a purge that has come to its end, and are of nobody who was in scope then.
_PAST_WINDOW = """
    from judged
    inner join control.current_snapshots as snapshot
        on snapshot.partner = judged.partner and snapshot.extract = '{extract}'
    inner join control.deliveries as delivery on snapshot.delivery_key = delivery.delivery_key
    where not exists (
            select from control.held_records as held
            where held.partner = judged.partner and held.record_id = judged.person_id)
        and exists (
            select from control.purges as purge
            where purge.finished_at is not null and purge.begun_at > delivery.received_at
                and coalesce(delivery.received_on, (delivery.received_at at time zone 'Europe/London')::date)
                    + purge.keep_days <= purge.as_at)
"""


def suites(facts: Facts) -> list[TableSuite]:
    """One suite per table that may hold somebody too long."""
    found = [table_suite(RETENTION, CANDIDATE, table, [*_shown(table)]) for table in SHOWN]
    found.append(table_suite(RETENTION, "matched", "person_records", [_records()]))
    found.append(table_suite(RETENTION, "control", "purges", [*_purges()]))
    found.append(table_suite(RETENTION, "control", "held_row_counts", [_legal_holds()]))
    return [
        *found,
        *(table_suite(RETENTION, "staged", one.table, checks) for one in facts.extracts if (checks := [*_copies(one)])),
    ]


def _shown(table: str) -> Iterator[Expectation]:
    yield no_rows(
        Check(f"{CANDIDATE}.{table}.r0", "RE-01", "scope", f"Nobody in {table} whose stay has ended"),
        f"from judged where not exists ({_OF_PERSON} and (record.partner, record.record_id) in ({HOUSED_NOW}))",
    )
    yield no_rows(
        Check(f"{CANDIDATE}.{table}.r0_death", "RE-01", "scope", f"Nobody in {table} who has died"),
        f"from judged where exists ({_OF_PERSON} and (record.partner, record.record_id) in ({_DIED}))",
    )


def _records() -> Expectation:
    return no_rows(
        Check("matched.person_records.r0", "RE-01", "scope", "No record is held of a person whose stay has ended"),
        f"from judged where not exists ({_OF_PERSON} and (record.partner, record.record_id) in ({_HELD_NOW}))",
    )


def _purges() -> Iterator[Expectation]:
    yield no_rows(
        Check("purges.r0_finished", "RE-01", "scope", "The purge after the last publish has come to its end"),
        "from judged where judged.finished_at is null and judged.begun_at = (select max(begun_at) from control.purges)",
    )
    yield no_rows(
        Check("mart_previous.r0", "RE-01", "scope", "The mart before the last went with the purge after it"),
        "from judged inner join (select publish_id from control.publishes order by published_at desc limit 1) as last"
        " on judged.publish_id = last.publish_id"
        " where judged.finished_at is not null and to_regnamespace('mart_previous') is not null",
    )


def _legal_holds() -> Expectation:
    return no_rows(
        Check("hold.standing", "RE-01", "scope", "What is kept for a legal hold is kept no longer than the hold"),
        "from judged cross join agreement.run_context as run where judged.held_rows > 0"
        " and (judged.released_at is not null or judged.held_to < run.as_at)",
    )


def _copies(extract: StagedExtract) -> Iterator[Expectation]:
    """Staged holds row for row what `raw` holds, so both are judged."""
    name = extract.extract
    for rule, copies in COPIES.items():
        if name in copies:
            text = f"No row of {name} is past its day by rule {rule}"
            yield no_rows(
                Check(f"{extract.table}.{rule.lower()}", CLAUSES[rule], "scope", text),
                f"from judged inner join {due(rule, 'staged')} as due on due.partner = judged.partner"
                f" and due.record_id = judged.{copies[name]} cross join agreement.run_context as run"
                " where due.copy_due_on <= run.as_at",
            )
    if "person_id" in extract.required:
        text = f"Rows of {name} that are linked to nobody in scope went with the purge after their window"
        check = Check(f"{extract.table}.window", "RE-01", "scope", text)
        yield no_rows(check, _PAST_WINDOW.format(extract=name))
