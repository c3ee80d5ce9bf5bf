"""Roles of the server that are not Hearthlink's, and could pass by its rules all the same (clause SE-01).

On the embedded server there is nobody else. On a server of the council's own others may have their superusers: each
such power stops the publish until somebody vouches for it, by name and with a reason. The role that the server was made
with, and the administrator who owns the database, are known without that: who holds those is the council's to keep.
"""

from collections.abc import Iterable
from typing import Any

import psycopg

from dagster_project.clock import utc_now
from dagster_project.governance.decisions.steward import acting, required
from dagster_project.governance.errors import GovernanceError
from dagster_project.settings import Settings
from dagster_project.warehouse.roles import FUNCTION_PREFIX, PIPELINE_LOGINS, WITHOUT_LOGIN

# The role that the server was made with always has the number 10.
KEEPERS = "(select 10 union select datdba::bigint from pg_catalog.pg_database where datname = current_database())"
_OUTSIDERS = f"""
    with outsiders as (
        select *
        from pg_catalog.pg_roles
        where rolname <> all(%(ours)s) and not starts_with(rolname, %(prefix)s) and not starts_with(rolname, 'pg_')
            and oid not in {KEEPERS}
    )
    select rolname, 'role ' || rolname || ' ' || powers.power
    from outsiders
    cross join lateral (values
        (rolsuper, 'superuser'), (rolbypassrls, 'passes by row security'), (rolcreaterole, 'makes roles'),
        (rolreplication, 'replicates')
    ) as powers (is_held, power)
    where powers.is_held
    union all
    select outsiders.rolname, outsiders.rolname || ' is in ' || granted.rolname
    from outsiders
    inner join pg_catalog.pg_auth_members as memberships on outsiders.oid = memberships.member
    inner join pg_catalog.pg_roles as granted on memberships.roleid = granted.oid
    where starts_with(granted.rolname, 'pg_') or granted.rolsuper or granted.rolbypassrls or granted.oid in {KEEPERS}
"""  # noqa: S608 - our own words
_VOUCHED = "select control from control.vouched_powers"
_VOUCH = """
    insert into control.vouched_powers (control, role, vouched_by, reason, vouched_at) values (%s, %s, %s, %s, %s)
    on conflict (control) do update
    set vouched_by = excluded.vouched_by, reason = excluded.reason, vouched_at = excluded.vouched_at
"""
_USERS = "select login from access.accounts"


def read_outsiders(conn: psycopg.Connection[Any], people: Iterable[str]) -> list[tuple[str, str]]:
    """Role and power of whoever could pass by the rules; `people` are the registered users. Any login may read it."""
    names = {"ours": [*PIPELINE_LOGINS, *WITHOUT_LOGIN, *people], "prefix": FUNCTION_PREFIX}
    return conn.execute(_OUTSIDERS.encode(), names).fetchall()


def not_vouched(conn: psycopg.Connection[Any], people: Iterable[str]) -> list[str]:
    """Those powers that nobody vouches for. `conn` is the publisher's or the administrator's."""
    vouched = {control for (control,) in conn.execute(_VOUCHED).fetchall()}
    return [power for _, power in read_outsiders(conn, people) if power not in vouched]


def vouch(settings: Settings, role: str, by: str, reason: str) -> list[str]:
    """Put on record that what a role of somebody else's may do is in order, as it is now; what was written down.

    Raises GovernanceError on the embedded server, for a role without such powers, or without a name or a reason.
    """
    why = required(reason, "Say why (--reason), without naming anybody whose data is held")
    if not settings.dsn:
        raise GovernanceError(f"The embedded server is Hearthlink's alone: take from {role} what it has instead")
    with acting(settings, by, "access_vouch", role) as (conn, detail):
        people = [login for (login,) in conn.execute(_USERS).fetchall()]
        powers = [power for name, power in read_outsiders(conn, people) if name == role]
        if not powers:
            raise GovernanceError(f"{role} needs nobody's word: see 'hearthlink access check'")
        for power in powers:
            conn.execute(_VOUCH.encode(), [power, role, by.strip(), why, utc_now()])
        detail |= {"powers": powers, "reason": why}
    return powers


def withdraw(settings: Settings, role: str, by: str) -> int:
    """Take such a word back; how many powers it was about. Raises GovernanceError where there is none."""
    with acting(settings, by, "access_vouch_withdrawn", role) as (conn, detail):
        ended = conn.execute("delete from control.vouched_powers where role = %s", [role]).rowcount
        if not ended:
            raise GovernanceError(f"Nobody vouches for {role}")
        detail["powers"] = ended
    return ended
