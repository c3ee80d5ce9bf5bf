"""What the set-up gave and made, as lines that name each control: rights, owners, code, settings (clause SE-01).

The set-up takes back what else was given, and writes down what it leaves behind; whatever differs later, a hand has
changed. Rights inside the mart are the agreement's and are told elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.warehouse.roles import ANALYST, FUNCTION_PREFIX, PUBLISHER
from dagster_project.warehouse.swap import CANDIDATE, PREVIOUS, PUBLISHED

_MART = (PUBLISHED, CANDIDATE, PREVIOUS)
# dbt makes their tables anew in each run, and lets the two that look at a candidate read them.
_BUILT = ("staged", "matched")
_FIXED = ("access", "agreement", "control", "hold", "raw")
_NAMES = {
    "mart": list(_MART),
    "built": list(_BUILT),
    "readers": [ANALYST, PUBLISHER],
    "fixed": list(_FIXED),
    "laid_out": [*_FIXED, *_BUILT],
    "functions": FUNCTION_PREFIX,
}
# Every right that a role was given by name, beyond what it has as owner, and how a statement calls what it is on.
# PostgreSQL's own roles are told by membership.
_RIGHTS = r"""
    with given as (
        select
            rights,
            nspname || '.' || relname as place,
            pg_class.oid::regclass::text as target,
            nspname as within,
            nspname = any(%(built)s) and rights.privilege_type = 'SELECT' and not rights.is_grantable as is_built
        from pg_catalog.pg_class
        inner join pg_catalog.pg_namespace on relnamespace = pg_namespace.oid
        cross join lateral aclexplode(relacl) as rights
        where nspname <> all(%(mart)s) and rights.grantee <> relowner
        union all
        select
            rights, nspname || '.' || relname || '.' || attname, pg_class.oid::regclass::text, nspname, false
        from pg_catalog.pg_class
        inner join pg_catalog.pg_namespace on relnamespace = pg_namespace.oid
        inner join pg_catalog.pg_attribute on pg_class.oid = attrelid
        cross join lateral aclexplode(attacl) as rights
        where nspname <> all(%(mart)s)
        union all
        select rights, 'schema ' || nspname, 'schema ' || quote_ident(nspname), nspname, false
        from pg_catalog.pg_namespace
        cross join lateral aclexplode(nspacl) as rights
        where rights.grantee <> nspowner
        union all
        select rights, nspname || '.' || proname || '()', 'routine ' || pg_proc.oid::regprocedure, nspname, false
        from pg_catalog.pg_proc
        inner join pg_catalog.pg_namespace on pronamespace = pg_namespace.oid
        cross join lateral aclexplode(proacl) as rights
        where rights.grantee <> proowner
        union all
        select rights, 'language ' || lanname, 'language ' || quote_ident(lanname), null, false
        from pg_catalog.pg_language
        cross join lateral aclexplode(lanacl) as rights
        where rights.grantee <> lanowner
        union all
        select rights, 'parameter ' || parname, 'parameter ' || parname, null, false
        from pg_catalog.pg_parameter_acl
        cross join lateral aclexplode(paracl) as rights
        where rights.grantee <> 10
        union all
        select rights, 'database', 'database ' || quote_ident(datname), null, false
        from pg_catalog.pg_database
        cross join lateral aclexplode(datacl) as rights
        where datname = current_database() and rights.grantee <> datdba and rights.privilege_type <> 'CONNECT'
    )
    select distinct
        roles.rolname,
        given.place || ': ' || (given.rights).privilege_type
        || case when (given.rights).is_grantable then ' to hand on' else '' end,
        given.target,
        given.within
    from given
    inner join pg_catalog.pg_roles as roles on (given.rights).grantee = roles.oid
    where roles.rolname !~ '^pg_' and not (given.is_built and roles.rolname = any(%(readers)s))
"""
# A partition is made with the first delivery of a partner, and is its parent's owner's.
_LAID_OUT = """
    select 'schema ' || nspname || ': belongs to ' || pg_get_userbyid(nspowner)
    from pg_catalog.pg_namespace
    where nspname = any(%(laid_out)s)
    union all
    select nspname || '.' || relname || ': belongs to ' || pg_get_userbyid(relowner)
    from pg_catalog.pg_class
    inner join pg_catalog.pg_namespace on relnamespace = pg_namespace.oid
    where nspname = any(%(fixed)s) and relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition
    union all
    select nspname || '.' || relname || ': shows ' || left(md5(pg_get_viewdef(pg_class.oid)), 8)
    from pg_catalog.pg_class
    inner join pg_catalog.pg_namespace on relnamespace = pg_namespace.oid
    where nspname = any(%(fixed)s) and relkind in ('v', 'm')
    union all
    select
        nspname || '.' || proname || '(): belongs to ' || pg_get_userbyid(proowner)
        || case when prosecdef then ', acts as its owner' else '' end
        || ', does ' || left(md5(concat(prosrc, proconfig)), 8)
    from pg_catalog.pg_proc
    inner join pg_catalog.pg_namespace on pronamespace = pg_namespace.oid
    where nspname = any(%(laid_out)s)
    union all
    select
        nspname || '.' || relname || ': trigger ' || tgname
        || case tgenabled when 'A' then ' always' when 'O' then ' on' when 'D' then ' off' else ' for replicas' end
    from pg_catalog.pg_trigger
    inner join pg_catalog.pg_class on tgrelid = pg_class.oid
    inner join pg_catalog.pg_namespace on relnamespace = pg_namespace.oid
    where nspname = any(%(laid_out)s) and not tgisinternal
    union all
    select coalesce('role ' || rolname, 'database') || ': setting ' || lower(setting)
    from pg_catalog.pg_db_role_setting
    left join pg_catalog.pg_roles on setrole = pg_roles.oid
    cross join lateral unnest(setconfig) as setting
    where setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
        and (setrole = 0 or starts_with(rolname, 'hl_'))
"""
_KEEP = "insert into control.setup_controls (control) values (%s)"
_KEPT = "select control from control.setup_controls"


@dataclass(frozen=True)
class Given:
    """A right given by name: to whom, `control.deliveries: SELECT`, and what a statement calls the thing it is on."""

    role: str
    right: str
    target: str
    within: str | None

    @property
    def control(self) -> str:
        """The line that names it."""
        return f"{self.role}: {self.right}"


def read_rights(conn: psycopg.Connection[Any]) -> list[Given]:
    """Every right given by name outside the tables of the mart. Any login may read them."""
    return [Given(*row) for row in conn.execute(_RIGHTS.encode(), _NAMES).fetchall()]


def read_laid_out(conn: psycopg.Connection[Any]) -> list[str]:
    """Owners, code and triggers of the schemas that the set-up makes, and settings that sessions begin with.

    Any login may read them.
    """
    return [line for (line,) in conn.execute(_LAID_OUT.encode(), _NAMES).fetchall()]


def revocation(target: str, role: str | None) -> sql.Composed:
    """What takes all on a thing from a role, or from everybody. The target is PostgreSQL's own spelling of its name."""
    words = sql.SQL(f"revoke all on {target} from ")  # type: ignore[arg-type]
    return words + (sql.Identifier(role) if role else sql.SQL("public")) + sql.SQL(" cascade")


@contextmanager
def kept_afterwards(conn: psycopg.Connection[Any]) -> Iterator[None]:
    """Round a set-up, in its transaction: nobody keeps what a hand or an earlier version gave, and the list is new.

    What a hand has changed and the set-up does not put back is not listed, so it stops the publish and is named. The
    functions' rights are the agreement's and stay. `conn` is the administrator's.
    """
    listed = set(kept(conn))
    for given in read_rights(conn):
        if given.within in _FIXED and _is_ours(given):
            conn.execute(revocation(given.target, given.role))
    strange = set(_standing(conn)) - listed if listed else set()
    yield
    conn.execute("delete from control.setup_controls")
    with conn.cursor() as cursor:
        cursor.executemany(_KEEP, [(line,) for line in set(_standing(conn)) - strange])


def kept(conn: psycopg.Connection[Any]) -> list[str]:
    """What the last set-up left behind; nothing where none has run since there is such a list."""
    [(is_there,)] = conn.execute("select to_regclass('control.setup_controls') is not null").fetchall()
    return [line for (line,) in conn.execute(_KEPT).fetchall()] if is_there else []


def _standing(conn: psycopg.Connection[Any]) -> list[str]:
    return [*(given.control for given in read_rights(conn) if _is_ours(given)), *read_laid_out(conn)]


def _is_ours(given: Given) -> bool:
    return not given.role.startswith(FUNCTION_PREFIX)
