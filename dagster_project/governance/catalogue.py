"""What the database itself says about a mart schema: objects, columns, owners and rights, read from pg_catalog."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from dagster_project.warehouse.roles import FUNCTION_PREFIX, PIPELINE_LOGINS

_RELATIONS = """
    select relname, relkind::text, pg_get_userbyid(relowner), relpersistence::text
    from pg_catalog.pg_class
    where relnamespace = %(schema)s::regnamespace and relkind not in ('i', 'I', 't')
"""
_ROUTINES = "select count(*) from pg_catalog.pg_proc where pronamespace = %(schema)s::regnamespace"
_CODE_ON_TABLES = """
    select (
        select count(*)
        from pg_catalog.pg_trigger
        inner join pg_catalog.pg_class on tgrelid = pg_class.oid
        where relnamespace = %(schema)s::regnamespace and not tgisinternal
    ) + (
        select count(*)
        from pg_catalog.pg_rewrite
        inner join pg_catalog.pg_class on ev_class = pg_class.oid
        where relnamespace = %(schema)s::regnamespace and relkind = 'r'
    )
"""
_COLUMNS = """
    select relname, attname
    from pg_catalog.pg_class
    inner join pg_catalog.pg_attribute on pg_class.oid = attrelid
    where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
        and attnum > 0 and not attisdropped
"""
# Who was granted what: on the schema, on a table, on a column. An empty grantee is everybody.
_GRANTS = """
    select 'schema', '', '', coalesce(roles.rolname, ''),
        rights.privilege_type || case when rights.is_grantable then ' to hand on' else '' end
    from pg_catalog.pg_namespace
    cross join lateral aclexplode(nspacl) as rights
    left join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
    where nspname = %(schema)s
    union all
    select 'table', relname, '', coalesce(roles.rolname, ''),
        rights.privilege_type || case when rights.is_grantable then ' to hand on' else '' end
    from pg_catalog.pg_class
    cross join lateral aclexplode(relacl) as rights
    left join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
    where relnamespace = %(schema)s::regnamespace and relkind not in ('i', 'I', 't')
    union all
    select 'column', relname, attname, coalesce(roles.rolname, ''),
        rights.privilege_type || case when rights.is_grantable then ' to hand on' else '' end
    from pg_catalog.pg_class
    inner join pg_catalog.pg_attribute on pg_class.oid = attrelid
    cross join lateral aclexplode(attacl) as rights
    left join pg_catalog.pg_roles as roles on rights.grantee = roles.oid
    where relnamespace = %(schema)s::regnamespace and not attisdropped
"""
# Rights in effect, by whatever way they came (a grant, a membership, everybody's).
_READABLE = """
    select rolname, relname, attname
    from pg_catalog.pg_roles
    cross join pg_catalog.pg_class
    inner join pg_catalog.pg_attribute on pg_class.oid = attrelid
    where starts_with(rolname, %(prefix)s)
        and relnamespace = %(schema)s::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
        and attnum > 0 and not attisdropped
        and has_column_privilege(pg_roles.oid, pg_class.oid, attnum, 'select')
"""
_FUNCTION_ROLES = "select rolname from pg_catalog.pg_roles where starts_with(rolname, %(prefix)s)"
# The pipeline's logins, the functions' roles, and everybody who was given one of these.
_POWERFUL = """
    select count(*)
    from pg_catalog.pg_roles as roles
    where (roles.rolsuper or roles.rolbypassrls)
        and (
            roles.rolname = any(%(logins)s)
            or starts_with(roles.rolname, %(prefix)s)
            or exists (
                select from pg_catalog.pg_auth_members as memberships
                inner join pg_catalog.pg_roles as granted on memberships.roleid = granted.oid
                where memberships.member = roles.oid
                    and starts_with(granted.rolname, %(prefix)s)
            )
        )
"""


@dataclass(frozen=True)
class Relation:
    """A table, view, sequence or other relation; `kind` and `persistence` are the letters of pg_class."""

    name: str
    kind: str
    owner: str
    persistence: str


@dataclass(frozen=True)
class Grant:
    """One right on the schema (`table` empty), a table (`column` empty) or a column; an empty grantee is PUBLIC."""

    level: str
    table: str
    column: str
    grantee: str
    privilege: str


@dataclass(frozen=True)
class Catalogue:
    """A schema as the database has it. `readable` maps each function role to the columns that it can read."""

    relations: tuple[Relation, ...]
    columns: frozenset[tuple[str, str]]
    grants: tuple[Grant, ...]
    readable: dict[str, frozenset[tuple[str, str]]]
    routines: int
    code_on_tables: int
    powerful_roles: int


def read_catalogue(conn: psycopg.Connection[Any], schema: str) -> Catalogue:
    """Read everything the checks need; any login may."""
    names = {"schema": schema, "prefix": FUNCTION_PREFIX, "logins": list(PIPELINE_LOGINS)}
    readable: dict[str, set[tuple[str, str]]] = {role: set() for (role,) in _rows(conn, _FUNCTION_ROLES, names)}
    for role, table, column in _rows(conn, _READABLE, names):
        readable[role].add((table, column))
    return Catalogue(
        relations=tuple(Relation(*row) for row in _rows(conn, _RELATIONS, names)),
        columns=frozenset((table, column) for table, column in _rows(conn, _COLUMNS, names)),
        grants=tuple(Grant(*row) for row in _rows(conn, _GRANTS, names)),
        readable={role: frozenset(columns) for role, columns in readable.items()},
        routines=_rows(conn, _ROUTINES, names)[0][0],
        code_on_tables=_rows(conn, _CODE_ON_TABLES, names)[0][0],
        powerful_roles=_rows(conn, _POWERFUL, names)[0][0],
    )


def _rows(conn: psycopg.Connection[Any], query: str, names: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    return conn.execute(query.encode(), names).fetchall()
