"""Staged tables: what was landed is all there, once, with the columns of its contract, from a partner that signed."""

from collections.abc import Iterator

from great_expectations.expectations.expectation import Expectation

from expectations.facts import Facts, StagedExtract
from expectations.rules import Check, TableSuite, columns_exact, few_rows, no_rows, table_suite
from expectations.subjects import KINDS
from expectations.suites.references import references

PROVENANCE = ("partner", "delivery_id", "line_number")
# A period's first and last day; each pair applies wherever an extract has both columns.
PERIODS = (
    ("start_date", "end_date"),
    ("application_date", "case_closed"),
    ("prevention_start", "prevention_end"),
    ("relief_start", "relief_end"),
    ("main_duty_start", "main_duty_end"),
    ("joined_date", "left_date"),
    ("moved_in_date", "moved_out_date"),
    ("action_date", "cleared_date"),
    ("referral_date", "closure_date"),
    ("start_date", "authorised_date"),
    ("entry_date", "leaving_date"),
    ("plan_start", "plan_ceased"),
)
# The national code sets that items are worked out by: a code outside them is a column that was not mapped, and would
# turn into a quiet no. Codes that were retired but still arrive are in them.
CODES = {
    "agreement_code": "N C",
    "enrol_status": "C M S F O G",
    "sen_provision": "N K E S A P",
    "category": "PERM SUSP FIXD LNCH",
    "attendance_code": r"/ \ L K V P W B C C1 C2 E H I J J1 M R S T G N O U D Q X Y Y1 Y2 Y3 Y4 Y5 Y6 Y7 Z #",
    "period": "AUT SPR SUM",
    "legal_status": "C1 C2 D1 E1 V2 V3 V4 L1 L2 L3 J1 J2 J3",
    "disability_code": "NONE MOB HAND PC INC COMM LD HEAR VIS BEH CON AUT DDA",
    "event_type": "REQUEST ASSESSMENT SERVICE REVIEW",
}
NOT_NEGATIVE = ("sessions", "sessions_possible", "need_rank", "nightly_cost")


def suites(facts: Facts) -> list[TableSuite]:
    """One suite per staged extract; the subject is the partner kind."""
    return [
        table_suite(f"staged_{kind}", "staged", extract.table, list(_expectations(extract, facts)))
        for kind in KINDS
        for extract in facts.extracts
        if extract.kind == kind
    ]


def _expectations(extract: StagedExtract, facts: Facts) -> Iterator[Expectation]:
    table = extract.table
    yield _columns(extract)
    yield _all_landed(extract)
    yield _signed(extract)
    yield _unique_key(extract)
    yield _filled(extract)
    yield from references(extract, facts)
    for name, clause, fault in _tolerated_faults(extract):
        text = f"{table} has few rows with a fault in {name}, as the agreement tolerates"
        yield few_rows(Check(f"{table}.{name}", clause, "validity", text), fault, facts.max_faulty_share)


def _tolerated_faults(extract: StagedExtract) -> Iterator[tuple[str, str, str]]:
    """Check name, clause and the condition of a faulty row. An empty cell is no fault here."""
    for earlier, later in PERIODS:
        if earlier in extract.dates and later in extract.dates:
            yield f"{later}.in_order", "DS-02", f"{later} < {earlier}"
    for column in extract.columns:
        if column == "date_of_birth":
            yield f"{column}.past", "F-03", f"{column} > (select as_at from agreement.run_context)"
        if column in CODES:
            codes = ", ".join(f"'{code}'" for code in CODES[column].split())
            yield f"{column}.code", "DS-02", f"upper({column}) not in ({codes})"
        if column in NOT_NEGATIVE:
            yield f"{column}.range", "DS-02", f"{column} < 0"


def _columns(extract: StagedExtract) -> Expectation:
    text = f"{extract.table} has the columns of its contract and no other"
    return columns_exact(Check(f"{extract.table}.columns", "DS-02", "validity", text), [*extract.columns, *PROVENANCE])


def _all_landed(extract: StagedExtract) -> Expectation:
    text = f"{extract.table} has as many rows as the newest deliveries loaded"
    return no_rows(
        Check(f"{extract.table}.all_landed", "DS-02", "completeness", text),
        "from (select count(*) as row_count from judged) as staged "
        "cross join (select coalesce(sum(rows_loaded), 0) as row_count from control.current_snapshots"
        f" where extract = '{extract.extract}'{_of_signed_partners(extract)}) as landed "
        "where staged.row_count <> landed.row_count",
    )


def _of_signed_partners(extract: StagedExtract) -> str:
    return "" if extract.kind == "reference" else " and partner in (select partner from agreement.partners)"


def _signed(extract: StagedExtract) -> Expectation:
    if extract.kind == "reference":
        offenders = "from judged where judged.partner is distinct from 'reference'"
    else:
        offenders = (
            "from judged where judged.partner is null or judged.partner not in ("
            f"select partner from agreement.partners where kind = '{extract.kind}')"
        )
    text = f"Every row of {extract.table} comes from a partner of the agreement of the right kind"
    return no_rows(Check(f"{extract.table}.signed_partner", "HD-06", "validity", text), offenders)


def _filled(extract: StagedExtract) -> Expectation:
    columns = tuple(dict.fromkeys((*extract.required, *PROVENANCE)))
    text = f"Every row of {extract.table} has {', '.join(columns)}"
    return no_rows(
        Check(f"{extract.table}.filled", "DS-02", "completeness", text),
        f"from judged where {' or '.join(f'{column} is null' for column in columns)}",
    )


def _unique_key(extract: StagedExtract) -> Expectation:
    key = ", ".join(("partner", *extract.key))
    text = f"No two rows of {extract.table} share partner, {', '.join(extract.key)}"
    return no_rows(
        Check(f"{extract.table}.key_unique", "DS-02", "uniqueness", text),
        f"from judged group by {key} having count(*) > 1",
    )
