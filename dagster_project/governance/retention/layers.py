"""Deleting from the layers: `raw` by the window and the rule, `staged` and `matched` of everybody out of scope."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.clock import utc_now
from dagster_project.governance.retention.belonging import Belonging, belongings

# What must stand in `matched` between two runs, and whose rows of it stay: reviewers, explanations and reports read it.
# A question for review is about somebody in scope; its other side is named by the record's id alone.
_KEPT_RECORD = "exists (select from kept_people where (kept_people.partner, kept_people.record_id) = ({}))"
_KEPT_PERSON = "exists (select from kept_people where kept_people.person_key = held.person_key)"
_LEFT, _RIGHT = (_KEPT_RECORD.format(f"held.{side}_partner, held.{side}_record_id") for side in ("left", "right"))
KEPT_IN_MATCHED: dict[str, str] = {
    "person_records": _KEPT_RECORD.format("held.partner, held.record_id"),
    "scope_housing_records": _KEPT_RECORD.format("held.partner, held.record_id"),
    "link_explanations": _KEPT_RECORD.format("held.partner, held.record_id"),
    "people": _KEPT_PERSON,
    "person_key_records": _KEPT_PERSON,
    # Exports read these: who is hidden, and for whom the opt-out has to be asked about.
    "item_withheld_people": _KEPT_PERSON,
    "item_adult_care_numbers": _KEPT_PERSON,
    "links": f"({_LEFT} and {_RIGHT})",
    "review_queue": f"({_LEFT} or {_RIGHT})",
    # Counts of nobody in particular.
    "identity_field_counts": "true",
    "linkage_counts": "true",
    "linkage_report": "true",
}
# Made by the warehouse's definition and filled anew in every run.
_EMPTIED_IN_MATCHED = ("splink_pairs",)
_PARTITIONS = """
    select substr(partition.relname, length(%(extract)s) + 3), partition.relname
    from pg_catalog.pg_inherits
    inner join pg_catalog.pg_class as partition on pg_inherits.inhrelid = partition.oid
    where pg_inherits.inhparent = to_regclass(%(table)s)
    order by 1
"""
_RECEIVED = """
    select coalesce(delivery.received_on, (delivery.received_at at time zone 'Europe/London')::date)
    from control.current_snapshots as snapshot
    inner join control.deliveries as delivery on snapshot.delivery_key = delivery.delivery_key
    where snapshot.partner = %s and snapshot.extract = %s
"""
_VIEWS = "select viewname from pg_catalog.pg_views where schemaname = 'matched' order by viewname"
_TABLES = r"""
    select relname
    from pg_catalog.pg_class
    where relkind = 'r' and relnamespace = to_regnamespace(%(schema)s)
        and (not %(naming_records)s or exists (
            select from pg_catalog.pg_attribute
            where attrelid = pg_class.oid and attnum > 0 and not attisdropped
                and attname ~ '(person|record|case|tenancy)_(id|key)$'))
    order by relname
"""
_DELETE = """
    with gone as (
        delete from {table} as held
        where {condition}
        returning held.partner, btrim(held.{column}) as subject_id
    ),
    counted as (
        insert into deleted_rows
        select gone.partner, gone.subject_id, count(*)
        from gone
        inner join going_people as going
            on {kind} = 'person' and gone.partner = going.partner and gone.subject_id = going.record_id
        group by gone.partner, gone.subject_id
    )
    select count(*) from gone
"""
_MOVE = """
    insert into hold.held_rows (hold_id, layer, table_name, partner, record_id, due_on, moved_at, contents)
    select subjects.hold_id, 'raw', {extract}, held.partner, btrim(held.{column}), going.due_on, {moved_at},
        told.contents
    from {table} as held
    inner join hold_subjects as subjects
        on subjects.kind = {kind} and subjects.partner = held.partner and subjects.subject_id = btrim(held.{column})
    left join going_people as going
        on {kind} = 'person' and going.partner = held.partner and going.record_id = btrim(held.{column})
    cross join lateral (select to_jsonb(held) - 'delivery_id' - 'file_number' - 'line_number' as contents) as told
    where {condition}
        and not exists (
            select from hold.held_rows as there
            where there.hold_id = subjects.hold_id and there.table_name = {extract} and there.contents = told.contents)
"""


@dataclass
class Deleted:
    """What was deleted: rows per layer, rows moved to the hold, and the tables that have to be rewritten."""

    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("raw", "staged", "matched"), 0))
    moved: int = 0
    touched: list[tuple[str, str]] = field(default_factory=list)
    dropped: int = 0

    def note(self, layer: str, table: str, count: int) -> None:
        """Count rows of a table."""
        if count:
            self.rows[layer] += count
            self.touched.append((layer, table))


def delete_from_layers(conn: psycopg.Connection[Any], day: date, keep_days: int) -> Deleted:
    """Delete what may no longer be held, after `find_subjects`, in the caller's transaction."""
    done = Deleted()
    conn.execute("create temporary table deleted_rows (partner text, record_id text, row_count bigint) on commit drop")
    for held in belongings():
        for partner, partition in _partitions(conn, held.extract):
            _trim(conn, held, partner, partition, _is_past(conn, held.extract, partner, day, keep_days), done)
    for held in belongings():
        _delete(
            conn, "staged", f"stg_{held.extract}", held, sql.SQL("not {}").format(held.stays("kept_subjects")), done
        )
    _clear_beside_extracts(conn, done)
    _clear_matched(conn, done)
    return done


def _trim(
    conn: psycopg.Connection[Any], held: Belonging, partner: str, partition: str, is_past: bool, done: Deleted
) -> None:
    """One partner's rows of one extract: past the window everybody out of scope goes, before it whoever left scope."""
    condition = sql.SQL("not {}").format(held.stays("kept_subjects"))
    if not is_past:
        condition = sql.SQL("{} and {}").format(condition, held.among("going_subjects"))
    done.moved += _move_to_hold(conn, held, partition, condition)
    if _delete(conn, "raw", partition, held, condition, done):
        conn.execute(
            sql.SQL(
                "update control.current_snapshots set trimmed_at = {}, rows_loaded = (select count(*) from {})"
                " where partner = {} and extract = {}"
            ).format(
                sql.Literal(utc_now()),
                sql.Identifier("raw", partition),
                sql.Literal(partner),
                sql.Literal(held.extract),
            )
        )


def _move_to_hold(conn: psycopg.Connection[Any], held: Belonging, partition: str, condition: sql.Composable) -> int:
    statement = sql.SQL(_MOVE).format(
        table=sql.Identifier("raw", partition),
        extract=sql.Literal(held.extract),
        column=sql.Identifier(held.column),
        kind=sql.Literal(held.kind),
        moved_at=sql.Literal(utc_now()),
        condition=condition,
    )
    return conn.execute(statement).rowcount


def _delete(
    conn: psycopg.Connection[Any],
    layer: str,
    table: str,
    held: Belonging,
    condition: sql.Composable,
    done: Deleted,
) -> int:
    if not _is_there(conn, layer, table):
        return 0
    statement = sql.SQL(_DELETE).format(
        table=sql.Identifier(layer, table),
        column=sql.Identifier(held.column),
        kind=sql.Literal(held.kind),
        condition=condition,
    )
    count = conn.execute(statement).fetchall()[0][0]
    done.note(layer, table, count)
    return count


def _clear_beside_extracts(conn: psycopg.Connection[Any], done: Deleted) -> None:
    """Whatever else in `staged` names records goes whole: it served the build."""
    extracts = {f"stg_{held.extract}" for held in belongings()}
    for table in list(_tables(conn, "staged", naming_records=True)):
        if table not in extracts:
            conn.execute(sql.SQL("drop table {} cascade").format(sql.Identifier("staged", table)))
            done.dropped += 1


def _clear_matched(conn: psycopg.Connection[Any], done: Deleted) -> None:
    for (view,) in conn.execute(_VIEWS).fetchall():
        conn.execute(sql.SQL("drop view if exists {} cascade").format(sql.Identifier("matched", view)))
    for table in list(_tables(conn, "matched")):
        name = sql.Identifier("matched", table)
        if table in KEPT_IN_MATCHED:
            kept = sql.SQL(KEPT_IN_MATCHED[table])  # type: ignore[arg-type] - our own words
            done.note(
                "matched",
                table,
                conn.execute(sql.SQL("delete from {} as held where not {}").format(name, kept)).rowcount,
            )
        elif table in _EMPTIED_IN_MATCHED:
            done.note("matched", table, conn.execute(sql.SQL("delete from {}").format(name)).rowcount)
        else:
            # With it goes what the planner knows of its values; the next run makes it anew.
            conn.execute(sql.SQL("drop table {} cascade").format(name))
            done.dropped += 1


def _is_past(conn: psycopg.Connection[Any], extract: str, partner: str, day: date, keep_days: int) -> bool:
    """Whether the window of a snapshot has passed. Rows of no snapshot have none."""
    row = conn.execute(_RECEIVED, [partner, extract]).fetchone()
    return row is None or (day - row[0]).days >= keep_days


def _partitions(conn: psycopg.Connection[Any], extract: str) -> list[tuple[str, str]]:
    """Partner and table of each partition of a raw table."""
    return conn.execute(_PARTITIONS.encode(), {"extract": extract, "table": f"raw.{extract}"}).fetchall()


def _tables(conn: psycopg.Connection[Any], schema: str, *, naming_records: bool = False) -> Iterator[str]:
    rows = conn.execute(_TABLES, {"schema": schema, "naming_records": naming_records}).fetchall()
    yield from (name for (name,) in rows)


def _is_there(conn: psycopg.Connection[Any], schema: str, table: str) -> bool:
    return conn.execute("select to_regclass(%s) is not null", [f"{schema}.{table}"]).fetchall()[0][0]
