"""Readers at the moment of a publish: nobody's statement or transaction meets tables of two publishes.

A statement looks up its tables one after the other, so a rename that commits in between would mix two marts. Therefore
the publish commits while it holds every table of the old mart, which it gets once nobody reads there.
"""

import time
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.warehouse.errors import WarehouseError

# Readers queue behind an attempt; it ends well before a server looks for deadlocks, which would end a reader.
_ATTEMPT = "250ms"
_PAUSE_SECONDS = 0.5
# More than people's and analysts' sessions may stay idle in a transaction.
_WAIT_SECONDS = 360.0
_HOLD = "select control.hold_readers(%s)"
_WHO_READS = """
    select distinct activity.usename
    from pg_catalog.pg_locks as locks
    inner join pg_catalog.pg_class as tables on locks.relation = tables.oid
    inner join pg_catalog.pg_stat_activity as activity on locks.pid = activity.pid
    where tables.relnamespace = to_regnamespace(%s) and locks.granted and locks.pid <> pg_backend_pid()
        and locks.database = (select oid from pg_catalog.pg_database where datname = current_database())
        and activity.usename is not null
    order by activity.usename
"""


def hold_readers(conn: psycopg.Connection[Any], schema: str, lock_timeout: str, wait_seconds: float | None = None) -> None:
    """Hold every table of a schema until the caller's transaction ends: who reads is waited for, who comes waits.

    `lock_timeout` is the transaction's own, put back afterwards; `wait_seconds` by default six minutes.
    Raises WarehouseError with the logins that still read when the time is up.
    """
    ends = time.monotonic() + (_WAIT_SECONDS if wait_seconds is None else wait_seconds)
    while True:
        try:
            with conn.transaction():
                _set_timeout(conn, _ATTEMPT)
                conn.execute(_HOLD, [schema])
            break
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            if time.monotonic() >= ends:
                readers = ", ".join(login for (login,) in conn.execute(_WHO_READS, [schema]).fetchall())
                raise WarehouseError(
                    f"Somebody has been reading the published mart all the while ({readers or 'they just ended'}), and"
                    " nobody may read two publishes in one go. Ask them to close their report or session, then publish"
                    " again; the published mart is unchanged."
                ) from None
            time.sleep(_PAUSE_SECONDS)
    _set_timeout(conn, lock_timeout)


def _set_timeout(conn: psycopg.Connection[Any], value: str) -> None:
    conn.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(value)))
