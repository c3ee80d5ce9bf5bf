"""What the register of requests still knows of people who left: the request, its dates and its outcome, and not whose.

Who may not be shown stays known by salted hashes alone: after a week out of scope they must not come back into sight.
"""

from typing import Any

import psycopg

from dagster_project.clock import utc_now
from dagster_project.governance.rights.subject import HASH

_RECORDS = f"""
    with kept as (
        select {HASH.format(partner="kept_people.partner", record_id="kept_people.record_id")} as record_hash
        from kept_people
        cross join control.person_key_salt as salts
    )
    delete from control.rights_records as records
    where not exists (select from kept where kept.record_hash = records.record_hash)
        and not exists (
            select from control.stopped_records as stopped where stopped.record_hash = records.record_hash)
"""  # noqa: S608 our own text
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
    """Forget whose closed requests are, and the disputes of people who left, in the purge's own transaction.

    Needs its table `kept_people`. Returns how many records were forgotten.
    """
    records = conn.execute(_CLOSED).rowcount + conn.execute(_RECORDS.encode()).rowcount
    conn.execute(_VALUES)
    conn.execute(_LEFT, {"now": utc_now()})
    return records
