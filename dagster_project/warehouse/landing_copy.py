"""One data file into its partition of `raw`: read, copied in TEXT format while it is read, freed of repeated keys."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from dagster_project.extracts.contracts import Contract
from dagster_project.extracts.errors import DeliveryRefused
from dagster_project.extracts.manifest import Manifest
from dagster_project.extracts.reader import REPORTED_ROWS
from dagster_project.extracts.reasons import RefusalReason, RejectionReason
from dagster_project.warehouse.errors import WarehouseError
from dagster_project.warehouse.landing_source import Reader, Source

# A key that stands twice: rows that agree in every column leave the first; rows that differ leave none, because
# nobody can say which is true. The reader writes empty text, never null, so `=` compares every key. `enough` is more
# than may be rejected: a file with so many faults is refused, and need not be cleaned to the end. Rows are told apart
# by their place in the table, in which they stand in the order of their arrival: one delivered row can make several.
_SET_ASIDE = """
with
repeated as (
    select {keys}
    from {partition} as loaded
    group by {keys}
    having count(*) > 1
),
members as (
    select
        loaded.*,
        loaded.ctid as place
    from {partition} as loaded
    inner join repeated on {same_key}
),
judged as (
    select
        {keys},
        min(place) as first_place,
        count(distinct ({columns})) as versions
    from members as loaded
    group by {keys}
),
faults as (
    select
        loaded.place,
        repeated.versions
    from members as loaded
    inner join judged as repeated on {same_key}
    where
        repeated.versions > 1
        or loaded.place > repeated.first_place
    order by loaded.place
    limit {enough}
)
delete from {partition} as target
using faults
where target.ctid = faults.place
returning target.file_number, target.line_number, faults.versions
"""


class Counts(NamedTuple):
    """Rows of one extract. parsed = loaded + rejected, always."""

    parsed: int
    loaded: int
    rejected: int


def load(
    conn: psycopg.Connection[Any],
    source: Source,
    manifest: Manifest,
    max_rejected: int,
    readers: dict[str, Reader],
) -> Counts:
    """Replace the partner's rows of one extract with those of the source. Runs in the caller's transaction.

    The reader is put into `readers` first, so that its rejections outlive a refusal.

    Raises:
        DeliveryRefused: the file is not what the manifest says, cannot be read, or has over `max_rejected` bad rows.
        psycopg.Error: the database failed. Its text may quote rows.
    """
    contract = source.contract
    partition = _partition(conn, contract.name, manifest.partner)
    conn.execute(sql.SQL("truncate {}").format(partition))
    with source.open(max_rejected) as reader:
        readers[contract.name] = reader
        _copy(conn, partition, source, reader, (manifest.partner, manifest.delivery_id))
    conn.execute(sql.SQL("analyze {}").format(partition))
    for number, line, versions in sorted(_set_aside(conn, partition, contract, max_rejected + REPORTED_ROWS)):
        reason = RejectionReason.DUPLICATE_KEY if versions > 1 else RejectionReason.DUPLICATE_ROW
        reader.reject_repeated((number, line), reason)
    if len(reader.rejections) > max_rejected:
        raise DeliveryRefused(
            RefusalReason.TOO_MANY_REJECTED_ROWS,
            f"{reader.label}: at least {len(reader.rejections):,} of {reader.rows_parsed:,} rows are rejected,"
            f" with repeated keys; at most {max_rejected:,} may be. See the list of rejected rows",
        )
    return _counted(conn, partition, reader)


def copy_rows(conn: psycopg.Connection[Any], statement: sql.Composed, rows: Iterable[Iterable[Any]]) -> None:
    """Stream rows into a `copy ... from stdin` in TEXT format; an error of the source ends the copy unfinished."""
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(tuple(row))


def _copy(
    conn: psycopg.Connection[Any],
    partition: sql.Identifier,
    source: Source,
    reader: Reader,
    origin: tuple[str, str],
) -> None:
    columns = [*source.contract.columns, "partner", "delivery_id", "file_number", "line_number"]
    statement = sql.SQL("copy {} ({}) from stdin").format(partition, _identifiers(columns))
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        write = copy.write_row
        for place, row in source.placed(reader):
            row += origin
            row += place  # type: ignore[arg-type] - text columns, then two integers
            write(row)


def _partition(conn: psycopg.Connection[Any], extract: str, partner: str) -> sql.Identifier:
    name = f"{extract}__{partner}"
    partition = sql.Identifier("raw", name)
    # Looked for first: making a partition locks the whole table even when it is there already.
    found = conn.execute("select to_regclass(%s)", [partition.as_string(conn)]).fetchone()
    if not found or found[0] is None:
        conn.execute(
            sql.SQL("create table {} partition of {} for values in ({})").format(
                partition, sql.Identifier("raw", extract), sql.Literal(partner)
            )
        )
    return partition


def _set_aside(
    conn: psycopg.Connection[Any], partition: sql.Identifier, contract: Contract, enough: int
) -> list[tuple[int, int, int]]:
    """Delete rows with repeated keys; file, line and number of differing versions of each deleted row."""
    keys = contract.primary_key
    same_key = sql.SQL(" and ").join(
        sql.SQL("loaded.{0} = repeated.{0}").format(sql.Identifier(column)) for column in keys
    )
    statement = sql.SQL(_SET_ASIDE).format(
        partition=partition,
        keys=sql.SQL(", ").join(sql.Identifier("loaded", column) for column in keys),
        columns=_identifiers(contract.columns),
        same_key=same_key,
        enough=sql.Literal(enough),
    )
    return conn.execute(statement).fetchall()


def _counted(conn: psycopg.Connection[Any], partition: sql.Identifier, reader: Reader) -> Counts:
    row = conn.execute(sql.SQL("select count(*) from {}").format(partition)).fetchone()
    counts = Counts(reader.rows_parsed, row[0] if row else 0, len(reader.rejections))
    if counts.parsed != counts.loaded + counts.rejected:
        raise WarehouseError(
            f"{reader.label}: {counts.parsed:,} rows were read, but {counts.loaded:,} are loaded and"
            f" {counts.rejected:,} rejected. Nothing of the delivery was kept; report this fault."
        )
    return counts


def _identifiers(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)
