"""Who is kept, who is going and who is on legal hold, as temporary tables of the purge's own transaction.

`kept_subjects`, `going_subjects` and `hold_subjects` have the columns kind (person, case, tenancy), partner and
subject_id; a household is kept while one of its people is. `going_people` says of each record that leaves why and when.
"""

from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from dagster_project.governance.retention.belonging import MEMBERS

# Whoever the last build has in scope. After a death nobody is (RE-01).
_KEPT = """
    create temporary table kept_people on commit drop as
    select records.partner, records.record_id, records.person_key
    from matched.person_records as records
    inner join matched.people as people on records.person_key = people.person_key
    where people.died_on is null
"""
_STAYS = "create temporary table ended_stays on commit drop as {}"
_FROM_BUILD = "select partner, record_id, due_on from matched.housing_stays where due_on is not null"
_WITHOUT_BUILD = "select null::text as partner, null::text as record_id, null::date as due_on where false"
# Held at the last purge and not now: why, and since when nobody might. Nothing is known of a stay that a system no
# longer tells of, so such a record is due on the day on which that is seen.
_GOING = """
    create temporary table going_people on commit drop as
    with gone as (
        select held.partner, held.record_id, held.person_key
        from control.held_records as held
        where not exists (
            select from kept_people as kept where kept.partner = held.partner and kept.record_id = held.record_id)
    ),
    judged as (
        select
            gone.partner,
            gone.record_id,
            (select max(people.died_on)
             from matched.person_records as records
             inner join matched.people as people on records.person_key = people.person_key
             where records.partner = gone.partner and records.record_id = gone.record_id) as died_on,
            exists (
                select from control.held_records as other
                inner join kept_people as kept on other.partner = kept.partner and other.record_id = kept.record_id
                where other.person_key = gone.person_key) as is_unlinked,
            (select max(stays.due_on)
             from control.held_records as other
             inner join ended_stays as stays on other.partner = stays.partner and other.record_id = stays.record_id
             where other.person_key = gone.person_key) as stay_due_on
        from gone
    )
    select
        partner,
        record_id,
        true as was_held,
        case
            when died_on is not null then 'died'
            when is_unlinked then 'unlinked'
            when stay_due_on is not null then 'stay_ended'
            else 'not_delivered'
        end as basis,
        case
            when died_on is not null then died_on + 1
            when is_unlinked or stay_due_on is null then %(as_at)s::date
            else stay_due_on
        end as due_on
    from judged
    union all
    -- whose stay ended before anybody was looked at here: nothing was held of them, and nothing is
    select stays.partner, stays.record_id, false, 'stay_ended', stays.due_on
    from ended_stays as stays
    where not exists (
            select from kept_people as kept where kept.partner = stays.partner and kept.record_id = stays.record_id)
        and not exists (
            select from control.held_records as held
            where held.partner = stays.partner and held.record_id = stays.record_id)
"""
# A hold on a person reaches every record that was linked to that person when it was last held, and now.
_ON_HOLD = """
    create temporary table hold_people on commit drop as
    with standing as (
        select hold_id, scope, partner, subject_id
        from control.legal_holds
        where released_at is null and held_from <= %(as_at)s and coalesce(held_to, 'infinity') >= %(as_at)s
    ),
    persons as (
        select partner, record_id, person_key from control.held_records
        union
        select partner, record_id, person_key from kept_people
    ),
    named as (
        select hold_id, partner, subject_id as record_id from standing where scope = 'person'
        union
        select standing.hold_id, members.partner, btrim(members.person_id)
        from standing
        inner join raw.hou_household_members as members
            on standing.partner = members.partner and standing.subject_id = btrim(members.case_id)
        where standing.scope = 'case'
        union
        select standing.hold_id, going.partner, going.record_id
        from standing
        cross join going_people as going
        where standing.scope = 'everybody'
    )
    select hold_id, partner, record_id from named
    union
    select named.hold_id, other.partner, other.record_id
    from named
    inner join persons as one on named.partner = one.partner and named.record_id = one.record_id
    inner join persons as other on one.person_key = other.person_key
"""
_SUBJECTS = """
    create temporary table {subjects} on commit drop as
    select distinct {extra}'person' as kind, partner, record_id as subject_id from {people}
    union
    select distinct {extra}'case', members.partner, btrim(members.case_id)
    from {people} as people
    inner join raw.{case_members} as members
        on people.partner = members.partner and people.record_id = btrim(members.person_id)
    union
    select distinct {extra}'tenancy', members.partner, btrim(members.tenancy_id)
    from {people} as people
    inner join raw.{tenancy_members} as members
        on people.partner = members.partner and people.record_id = btrim(members.person_id)
"""


def find_subjects(conn: psycopg.Connection[Any], as_at: date) -> None:
    """Make the tables, in the caller's transaction, as administrator."""
    conn.execute(_KEPT)
    conn.execute("create index on kept_people (partner, record_id)")
    built = conn.execute("select to_regclass('matched.housing_stays') is not null").fetchall()[0][0]
    conn.execute(_STAYS.format(_FROM_BUILD if built else _WITHOUT_BUILD).encode())
    conn.execute("create index on ended_stays (partner, record_id)")
    for table in ("kept_people", "ended_stays", "control.held_records"):
        conn.execute(f"analyze {table}".encode())
    conn.execute(_GOING.encode(), {"as_at": as_at})
    conn.execute(_ON_HOLD.encode(), {"as_at": as_at})
    _with_households(conn, "kept_people", "kept_subjects")
    _with_households(conn, "going_people", "going_subjects")
    _with_households(conn, "hold_people", "hold_subjects", "hold_id, ")


def _with_households(conn: psycopg.Connection[Any], people: str, subjects: str, extra: str = "") -> None:
    statement = sql.SQL(_SUBJECTS).format(
        subjects=sql.Identifier(subjects),
        people=sql.Identifier(people),
        extra=sql.SQL(extra),  # type: ignore[arg-type] - our own words
        case_members=sql.Identifier(MEMBERS["case"]),
        tenancy_members=sql.Identifier(MEMBERS["tenancy"]),
    )
    conn.execute(statement)
    conn.execute(sql.SQL("create index on {} (kind, partner, subject_id)").format(sql.Identifier(subjects)))
    conn.execute(sql.SQL("analyze {}").format(sql.Identifier(subjects)))
