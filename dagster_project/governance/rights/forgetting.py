"""What the register of requests still knows of people who left: the request, its dates and its outcome, and not whose.

Who may not be shown stays known by salted hashes alone: after a week out of scope they must not come back into sight.
"""

from typing import Any

import psycopg

from dagster_project.clock import utc_now

_RECORDS = """
    delete from control.rights_records as records
    where not exists (
            select from matched.person_key_records as kept where kept.record_hash = records.record_hash)
        and not exists (
            select from control.stopped_records as stopped where stopped.record_hash = records.record_hash)
"""
_CLOSED = """
    delete from control.rights_records as records
    using control.rights_requests as requests
    where records.request_id = requests.request_id and requests.closed_at is not null
        and requests.outcome <> 'upheld'
"""
_VALUES = """
    delete from control.disputed_rows as told
    where not exists (select from control.rights_records as records where records.request_id = told.request_id)
"""
_LEFT = """
    update control.rights_requests as requests
    set outcome = 'person_left', outcome_reason = 'the person is held no longer', closed_by = 'hearthlink',
        closed_at = %(now)s
    where requests.closed_at is null and requests.kind = 'dispute' and not exists (
        select from control.rights_records as records where records.request_id = requests.request_id)
"""


def forget(conn: psycopg.Connection[Any]) -> int:
    """Forget whose closed requests are, and the disputes of people who left, in the purge's transaction.

    Needs `matched.person_key_records` of those who are kept. Returns how many records were forgotten.
    """
    if not conn.execute("select to_regclass('matched.person_key_records') is not null").fetchall()[0][0]:
        return 0
    records = conn.execute(_CLOSED).rowcount + conn.execute(_RECORDS).rowcount
    conn.execute(_VALUES)
    conn.execute(_LEFT, {"now": utc_now()})
    return records
