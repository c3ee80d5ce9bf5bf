"""Who may read what of a mart schema, as lines that name each control: rights, row level security, policies.

A line is short enough to be read in an error: `dim_person.gender: SELECT for fn_planner`. What the database has is
compared with what the agreement wants, or with what it had when it was published (clauses SE-01, SE-02).
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.governance.mart_shape import HIDDEN, MartShape
from dagster_project.warehouse.roles import ANALYST, DBT, FUNCTION_PREFIX, PUBLISHER

EVERYBODY = "everybody"
_RIGHTS = """
    select relname, null, coalesce(roles.rolname, %(everybody)s), rights.privilege_type, rights.is_grantable
    from pg_catalog.pg_class
    cross join lateral aclexplode(relacl) as rights
    left join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
    where relnamespace = %(schema)s::regnamespace and relkind not in ('i', 'I', 't') and rights.grantee <> relowner
    union all
    select relname, attname, coalesce(roles.rolname, %(everybody)s), rights.privilege_type, rights.is_grantable
    from pg_catalog.pg_class
    inner join pg_catalog.pg_attribute on pg_class.oid = attrelid
    cross join lateral aclexplode(attacl) as rights
    left join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
    where relnamespace = %(schema)s::regnamespace and not attisdropped
"""
_ROW_SECURITY = """
    select relname, relrowsecurity, relforcerowsecurity
    from pg_catalog.pg_class
    where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'p')
"""
_POLICIES = """
    select tablename, policyname, permissive, roles::text[], cmd, qual, with_check
    from pg_catalog.pg_policies
    where schemaname = %(schema)s::name
"""
# The tables are the builder's; an owner may do everything and needs no grant for it.
_OTHER_OWNERS = """
    select relname, pg_get_userbyid(relowner)
    from pg_catalog.pg_class
    where relnamespace = %(schema)s::regnamespace and relkind not in ('i', 'I', 't')
        and pg_get_userbyid(relowner) <> %(builder)s
"""


def read_controls(conn: psycopg.Connection[Any], schema: str) -> frozenset[str]:
    """The controls as the database has them. Any login may read them."""
    names = {"schema": schema, "everybody": EVERYBODY, "builder": DBT}
    rights = conn.execute(_RIGHTS.encode(), names).fetchall()
    flags = conn.execute(_ROW_SECURITY.encode(), names).fetchall()
    policies = conn.execute(_POLICIES.encode(), names).fetchall()
    owners = conn.execute(_OTHER_OWNERS.encode(), names).fetchall()
    return frozenset(
        [
            *(_right(table, column, role, kind, is_grantable) for table, column, role, kind, is_grantable in rights),
            *(line for table, is_on, is_forced in flags for line in _row_security(table, is_on, is_forced)),
            *(_policy(*policy) for policy in policies),
            *(f"{table}: belongs to {owner}" for table, owner in owners),
        ]
    )


def meant_controls(shape: MartShape) -> frozenset[str]:
    """The controls that a candidate has as the models leave it under an agreement."""
    return frozenset(_meant(shape))


def _meant(shape: MartShape) -> Iterator[str]:
    for table in shape.tables:
        yield from (_right(table, None, role, "SELECT") for role in (PUBLISHER, ANALYST))
    for function, columns in shape.readable.items():
        yield from (_right(table, column, FUNCTION_PREFIX + function, "SELECT") for table, column in columns)
    for table in HIDDEN:
        yield from _row_security(table, is_on=True, is_forced=True)
        yield _policy(table, "pipeline", "PERMISSIVE", [ANALYST, PUBLISHER], "SELECT", "true", None)
        yield _policy(table, "builder", "PERMISSIVE", [DBT], "ALL", "true", "true")
        for function, row_scope in shape.row_scopes.items():
            role = FUNCTION_PREFIX + function
            yield _policy(table, role, "PERMISSIVE", [role], "SELECT", row_rule(row_scope, table), None)


def control_statements(shape: MartShape, schema: str) -> Iterator[sql.Composed]:
    """What gives a schema without rights and policies those of `meant_controls`, as hl_dbt or the administrator.

    The models give a candidate the same by a macro of their own: the gate holds each against this module.
    """
    for table in sorted(shape.tables):
        for role in (PUBLISHER, ANALYST):
            yield sql.SQL("grant select on {} to {}").format(sql.Identifier(schema, table), sql.Identifier(role))
    for function, columns in shape.readable.items():
        for table, column in sorted(columns):
            yield sql.SQL("grant select ({}) on {} to {}").format(
                sql.Identifier(column), sql.Identifier(schema, table), sql.Identifier(FUNCTION_PREFIX + function)
            )
    for table in sorted(HIDDEN):
        place = sql.Identifier(schema, table)
        yield sql.SQL("alter table {} enable row level security, force row level security").format(place)
        yield sql.SQL("create policy pipeline on {} for select to {}, {} using (true)").format(
            place, sql.Identifier(ANALYST), sql.Identifier(PUBLISHER)
        )
        yield sql.SQL("create policy builder on {} to {} using (true) with check (true)").format(
            place, sql.Identifier(DBT)
        )
        for function, row_scope in shape.row_scopes.items():
            role = sql.Identifier(FUNCTION_PREFIX + function)
            rule = sql.SQL(row_rule(row_scope, table))  # type: ignore[arg-type]
            yield sql.SQL("create policy {} on {} for select to {} using {}").format(role, place, role, rule)


def row_rule(row_scope: str, table: str) -> str:
    """The expression of a function's row policy on a table, as the database prints it."""
    return (
        f"((visible_to && ( SELECT access.my_tokens('{row_scope}'::text, '{table}'::text) AS my_tokens))"
        " AND (NOT (visible_to && ( SELECT access.stopped_tokens() AS stopped_tokens))))"
    )


def _right(table: str, column: str | None, role: str, kind: str, is_grantable: bool = False) -> str:
    place = f"{table}.{column}" if column else table
    return f"{place}: {kind} for {role}{' to hand on' if is_grantable else ''}"


def _row_security(table: str, is_on: bool, is_forced: bool) -> Iterator[str]:
    if is_on:
        yield f"{table}: row level security on"
    if is_forced:
        yield f"{table}: row level security forced"


def _policy(
    table: str, name: str, permissive: str, roles: list[str], command: str, rule: str | None, check: str | None
) -> str:
    kind = "" if permissive == "PERMISSIVE" else f" {permissive.lower()}"
    ends = [f"using {' '.join((rule or 'nothing').split())}", *([f"with check {check}"] if check else [])]
    return f"{table}: policy {name}{kind} for {command} to {', '.join(sorted(roles))} {' '.join(ends)}"
