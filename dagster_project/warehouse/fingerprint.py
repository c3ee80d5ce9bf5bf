"""A hash over everything in a schema that a reader could notice: definitions, rights, row rules and rows."""

import hashlib
import json
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.warehouse.errors import WarehouseError

# Text forms of values depend on these; they are fixed so that the hash depends on the data alone.
_RENDERING = {
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "timezone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "search_path": "pg_catalog",
}

# Names sort by code point in every database; other texts are told to.
_RELATIONS = """
    select relname, relkind, pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity, relispartition,
        coalesce(reloptions, '{}')::text, case when relkind in ('v', 'm') then pg_get_viewdef(oid) end
    from pg_class
    where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    order by relname
"""
_COLUMNS = """
    select relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
        attcollation::regcollation::text, pg_get_expr(adbin, adrelid)
    from pg_class
    inner join pg_attribute on pg_class.oid = attrelid
    left join pg_attrdef on attrelid = adrelid and attnum = adnum
    where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
        and attnum > 0 and not attisdropped
    order by relname, attnum
"""
_CONSTRAINTS = """
    select relname, conname, pg_get_constraintdef(pg_constraint.oid)
    from pg_constraint
    inner join pg_class on conrelid = pg_class.oid
    where relnamespace = %(schema)s::regnamespace
    order by relname, conname
"""
_INDEXES = """
    select pg_get_indexdef(indexrelid)
    from pg_index
    inner join pg_class on indrelid = pg_class.oid
    where relnamespace = %(schema)s::regnamespace
    order by pg_get_indexdef(indexrelid) collate "C"
"""
# acldefault stands in where nothing was granted yet: a missing list and the owner's own rights are the same.
_TABLE_RIGHTS = """
    select relname, case when rights.grantee = 0 then 'public' else pg_get_userbyid(rights.grantee) end,
        rights.privilege_type, rights.is_grantable
    from pg_class
    cross join lateral aclexplode(
        coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
    ) as rights
    where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    order by 1, 2, rights.privilege_type collate "C", 4
"""
_COLUMN_RIGHTS = """
    select relname, attname, case when rights.grantee = 0 then 'public' else pg_get_userbyid(rights.grantee) end,
        rights.privilege_type, rights.is_grantable
    from pg_class
    inner join pg_attribute on pg_class.oid = attrelid
    cross join lateral aclexplode(attacl) as rights
    where relnamespace = %(schema)s::regnamespace and not attisdropped
    order by 1, 2, 3, rights.privilege_type collate "C", 5
"""
_POLICIES = """
    select tablename, policyname, permissive, roles::text, cmd, qual, with_check
    from pg_policies
    where schemaname = %(schema)s::name
    order by tablename, policyname
"""
_ROUTINES = """
    select proname, pg_get_function_identity_arguments(oid), prosrc, prosecdef, proacl::text
    from pg_proc
    where pronamespace = %(schema)s::regnamespace
    order by proname, pg_get_function_identity_arguments(oid) collate "C"
"""
_TRIGGERS = """
    select relname, pg_get_triggerdef(pg_trigger.oid)
    from pg_trigger
    inner join pg_class on tgrelid = pg_class.oid
    where relnamespace = %(schema)s::regnamespace and not tgisinternal
    order by relname, tgname
"""
_CATALOGUE = {
    "relations": _RELATIONS,
    "columns": _COLUMNS,
    "constraints": _CONSTRAINTS,
    "indexes": _INDEXES,
    "table rights": _TABLE_RIGHTS,
    "column rights": _COLUMN_RIGHTS,
    "policies": _POLICIES,
    "routines": _ROUTINES,
    "triggers": _TRIGGERS,
}

_TABLES = """
    select relname
    from pg_class
    where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'm')
    order by relname
"""
# Row rules that bind this session, unless one rule lets it see every row and none narrows that.
_ROWS_WITHHELD = """
    select relname
    from pg_class
    where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'p') and row_security_active(oid)
        and (
            not exists (
                select from pg_policies
                where schemaname = %(schema)s::name and tablename = relname and permissive = 'PERMISSIVE'
                    and cmd in ('ALL', 'SELECT') and qual = 'true'
                    and exists (
                        select from unnest(roles) as role
                        where case when role = 'public' then true else pg_has_role(role, 'usage') end
                    )
            )
            or exists (
                select from pg_policies
                where schemaname = %(schema)s::name and tablename = relname and permissive = 'RESTRICTIVE'
                    and cmd in ('ALL', 'SELECT')
            )
        )
    order by relname
"""


def schema_fingerprint(conn: psycopg.Connection[Any], schema: str) -> str:
    """SHA-256 (hex) over a schema's tables, views, columns, types, constraints, indexes, rights, policies and rows.

    The schema's own name and its usage rights are left out: a candidate has the same fingerprint after it was
    published. Rows are streamed, sorted by the server. `conn` must be able to read every table.
    Raises WarehouseError when the schema is missing or the session may not see every row or table.
    """
    digest = hashlib.sha256()
    try:
        with conn.transaction():
            for name, value in _RENDERING.items():
                conn.execute(sql.SQL("set local {} = {}").format(sql.Identifier(name), sql.Literal(value)))
            _require_all_visible(conn, schema)
            for part, query in _CATALOGUE.items():
                digest.update(f"\n[{part}]\n".encode())
                _add_catalogue(digest, conn, schema, query)
            for (table,) in conn.execute(_TABLES.encode(), {"schema": schema}).fetchall():
                digest.update(f"\n[rows of {table}]\n".encode())
                _add_rows(digest, conn, schema, table)
    except psycopg.errors.InsufficientPrivilege:
        raise WarehouseError(
            f"The session may not read every table of {schema}, so it cannot be fingerprinted: grant it select there."
        ) from None
    return digest.hexdigest()


def _require_all_visible(conn: psycopg.Connection[Any], schema: str) -> None:
    row = conn.execute("select to_regnamespace(%s) is not null", [schema]).fetchone()
    if not row or not row[0]:
        raise WarehouseError(f"There is no schema {schema} to fingerprint")
    hidden = [name for (name,) in conn.execute(_ROWS_WITHHELD.encode(), {"schema": schema}).fetchall()]
    if hidden:
        raise WarehouseError(
            f"Row rules may hide rows of {schema}.{', '.join(hidden)} from this session, so a fingerprint would not "
            "cover them: the tables need a policy that shows every row to the publisher."
        )


def _add_catalogue(digest: Any, conn: psycopg.Connection[Any], schema: str, query: str) -> None:
    # Definitions are printed with the schema's name before each object of it.
    prefix = f"{schema}."
    for row in conn.execute(query.encode(), {"schema": schema}):
        digest.update(json.dumps(row, default=str).replace(prefix, "").encode() + b"\n")


def _add_rows(digest: Any, conn: psycopg.Connection[Any], schema: str, table: str) -> None:
    statement = sql.SQL(
        "copy (select line from (select whole_row::text as line from {} as whole_row) as lines "
        'order by line collate "C") to stdout'
    ).format(sql.Identifier(schema, table))
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy:
            digest.update(block)
