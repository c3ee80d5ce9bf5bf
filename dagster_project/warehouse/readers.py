"""Readers at the moment of a publish: nobody's statement or transaction meets tables of two publishes.

A statement looks up its tables one after the other, so a rename that commits in between would mix two marts. Therefore
the publish commits while it holds every table of the old mart, which it gets in a moment when nobody reads there.
"""

from typing import Any

import psycopg

from dagster_project.warehouse.errors import WarehouseError

# More than people's and analysts' sessions may stay idle in a transaction.
_WAIT_SECONDS = 360.0
_HOLD = "select control.hold_readers(clock_timestamp() + make_interval(secs => %s))"
_WHO_READS = """
    select distinct activity.usename
    from pg_catalog.pg_locks as locks
    inner join pg_catalog.pg_class as tables on locks.relation = tables.oid
    inner join pg_catalog.pg_stat_activity as activity on locks.pid = activity.pid
    where tables.relnamespace = to_regnamespace('mart_previous') and locks.granted and locks.pid <> pg_backend_pid()
        and locks.database = (select oid from pg_catalog.pg_database where datname = current_database())
        and activity.usename is not null
    order by activity.usename
"""


def hold_readers(conn: psycopg.Connection[Any], wait_seconds: float | None = None) -> None:
    """Hold every table of mart_previous until the caller's transaction ends: who reads is waited for, who comes waits.

    Raises WarehouseError, with the logins that read, after six minutes or `wait_seconds`.
    """
    row = conn.execute(_HOLD, [_WAIT_SECONDS if wait_seconds is None else wait_seconds]).fetchone()
    if row is None or not row[0]:
        readers = ", ".join(login for (login,) in conn.execute(_WHO_READS).fetchall()) or "they have just ended"
        raise WarehouseError(
            f"Somebody has been reading the published mart all the while ({readers}), and nobody may read two publishes"
            " in one go. Ask them to close their report or session, then publish again;"
            " the published mart is unchanged."
        )
