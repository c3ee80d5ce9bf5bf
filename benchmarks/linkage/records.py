"""The record sets that the benchmark takes: two CSV files, the records and, kept apart, who they are.

See README.md for the columns. Whatever is wrong with a file is said with the line of the first row at fault.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.linkage.columns import RECORD_COLUMNS, REQUIRED_COLUMNS, SOURCES, TRUTH_COLUMNS


class RecordsError(Exception):
    """A record set cannot be used. The message says which file, which row and what to do."""


@dataclass(frozen=True)
class RecordSet:
    """`people`: how many the population has, where that is known (its records are of a part of them)."""

    name: str
    records: Path
    truth: Path
    people: int | None = None


def open_records(found: RecordSet) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory with the tables `records` (all columns, text, null for empty) and `truth`, checked.

    `records.record` numbers the records from 0; `truth` has `record` and `person`.

    Raises:
        RecordsError: a file is missing, lacks a column, or its rows break the format.
    """
    db = duckdb.connect()
    for path in (found.records, found.truth):
        if not path.is_file():
            raise RecordsError(f"there is no file {path}")
    present = _header(db, found.records)
    _require(found.records, present, REQUIRED_COLUMNS)
    _require(found.truth, _header(db, found.truth), TRUTH_COLUMNS)
    columns = ", ".join(
        f"nullif(trim({c}), '') as {c}" if c in present else f"null::text as {c}" for c in RECORD_COLUMNS
    )
    db.execute(
        f"create table records as select (row_number() over () - 1)::integer as record, {columns}"
        " from read_csv(?, all_varchar=true, header=true, delim=',', quote='\"', escape='\"', null_padding=false)",
        [str(found.records)],
    )
    db.execute(
        "create table labels as select trim(partner) as partner, trim(record_id) as record_id, trim(true_person_id)"
        " as person from read_csv(?, all_varchar=true, header=true, delim=',', quote='\"', escape='\"')",
        [str(found.truth)],
    )
    _check(db, found)
    db.execute(
        "create table truth as select record, source, person from records inner join labels using (partner, record_id)"
    )
    return db


_FAULTS = {
    f"source is one of {', '.join(SOURCES)}": f"source is null or source not in {SOURCES}",
    "partner is a code of small letters, digits and _": "coalesce(partner, '') not similar to '[a-z][a-z0-9_]{1,30}'",
    "every record has a record_id": "record_id is null",
    "birth_date is YYYY-MM-DD or empty": "birth_date is not null and try_strptime(birth_date, '%Y-%m-%d') is null",
    "a social care record's own id is its record_id": "source in ('csc', 'asc') and social_care_id <> record_id",
    "an education record's own id is its record_id": "source = 'edu' and education_id <> record_id",
    "a partner's record_id is given once": "(partner, record_id) in (select (partner, record_id) from records"
    " group by partner, record_id having count(*) > 1)",
    "a partner is of one source": "partner in (select partner from records group by partner"
    " having count(distinct source) > 1)",
    "every record is in the truth file": "(partner, record_id) not in (select (partner, record_id) from labels)",
}


def _check(db: duckdb.DuckDBPyConnection, found: RecordSet) -> None:
    for rule, fault in _FAULTS.items():
        row = db.execute(f"select min(record) + 2, count(*) from records where {fault}").fetchone()
        if row and row[1]:
            raise RecordsError(f"{found.records.name}: {rule}. {row[1]:,} rows break this, the first in line {row[0]}")
    empty = db.execute("select count(*) from records").fetchone()
    if not empty or not empty[0]:
        raise RecordsError(f"{found.records.name} holds no records")


def _header(db: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    described = db.execute("describe select * from read_csv(?, all_varchar=true, header=true, delim=',')", [str(path)])
    return {row[0] for row in described.fetchall()}


def _require(path: Path, present: set[str], needed: tuple[str, ...]) -> None:
    missing = [column for column in needed if column not in present]
    if missing:
        raise RecordsError(f"{path.name}: no column {', '.join(missing)}; see benchmarks/README.md for the format")
