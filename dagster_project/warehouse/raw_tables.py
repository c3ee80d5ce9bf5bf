"""The raw tables, one per contract: text columns as delivered, partitioned by partner."""

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

# Where a row comes from: `file_number` is the file's place in the delivery's manifest.
_ORIGIN = {
    "partner": "text not null",
    "delivery_id": "text not null",
    "file_number": "smallint not null default 1",
    "line_number": "integer not null",
}


def table_shapes() -> dict[str, tuple[str, ...]]:
    """Extract name to its columns, without the columns that say where a row came from."""
    from dagster_project.extracts.contracts import load_contracts

    return {name: contract.columns for name, contract in sorted(load_contracts().items())}


def ensure_raw_tables(conn: psycopg.Connection[Any], shapes: dict[str, tuple[str, ...]]) -> None:
    """Create the tables and fit their columns to the contracts. The session must act as hl_loader.

    hl_dbt may read a table but not its partitions: everything it sees passes through the one name.
    """
    conn.execute("grant usage on schema raw to hl_dbt")
    present = _present_columns(conn)
    for name, columns in shapes.items():
        if name in present:
            _fit(conn, name, columns, present[name])
        else:
            _create(conn, name, columns)
        conn.execute(sql.SQL("grant select on {} to hl_dbt").format(sql.Identifier("raw", name)))


def _create(conn: psycopg.Connection[Any], name: str, columns: Iterable[str]) -> None:
    texts = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(column)) for column in columns)
    origin = sql.SQL(", ").join(map(_origin, _ORIGIN))
    conn.execute(
        sql.SQL("create table {} ({}, {}) partition by list (partner)").format(
            sql.Identifier("raw", name), texts, origin
        )
    )


def _fit(conn: psycopg.Connection[Any], name: str, columns: tuple[str, ...], present: set[str]) -> None:
    table = sql.Identifier("raw", name)
    for column in columns:
        if column not in present:
            conn.execute(sql.SQL("alter table {} add column {} text").format(table, sql.Identifier(column)))
    for column in _ORIGIN:
        if column not in present:
            conn.execute(sql.SQL("alter table {} add column {}").format(table, _origin(column)))
    # A column that the contract no longer has is data held without need. Views on it are built anew by the next run.
    for column in sorted(present - set(columns) - set(_ORIGIN)):
        conn.execute(sql.SQL("alter table {} drop column {} cascade").format(table, sql.Identifier(column)))


def _origin(column: str) -> sql.Composed:
    return sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(_ORIGIN[column]))  # type: ignore[arg-type]


def _present_columns(conn: psycopg.Connection[Any]) -> dict[str, set[str]]:
    rows = conn.execute(
        """
        select relations.relname, array_agg(attributes.attname::text)
        from pg_catalog.pg_class as relations
        inner join pg_catalog.pg_attribute as attributes on relations.oid = attributes.attrelid
        where
            relations.relnamespace = 'raw'::regnamespace
            and relations.relkind = 'p'
            and attributes.attnum > 0
            and not attributes.attisdropped
        group by relations.relname
        """
    ).fetchall()
    return {name: set(columns) for name, columns in rows}
