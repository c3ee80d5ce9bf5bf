-- What people asked for under their rights, and what was decided. Run as the administrator, who alone writes here. Whose a
-- request is stands as salted hashes of their records: it holds through rebuilds, and no system's id is kept for it.
create table if not exists control.rights_requests (
    request_id bigint generated always as identity primary key,
    kind text not null check (kind in ('subject_access', 'dispute', 'restriction', 'objection', 'unlink')),
    item text,
    partner text,
    received_on date not null,
    due_on date not null,
    ends_on date,
    reason text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    outcome text check (outcome in ('answered', 'corrected', 'upheld', 'refused', 'ended', 'person_left')),
    outcome_reason text,
    closed_by text,
    closed_at timestamptz,
    check ((kind = 'dispute') = (item is not null)),
    check (kind = 'dispute' or partner is null),
    check (ends_on is null or kind = 'restriction'),
    check (num_nulls(outcome, outcome_reason, closed_by, closed_at) in (0, 4)),
    check (outcome <> 'upheld' or kind = 'objection')
);

create table if not exists control.rights_records (
    request_id bigint not null references control.rights_requests (request_id),
    record_hash text not null,
    primary key (request_id, record_hash)
);

create index if not exists rights_records_by_record on control.rights_records (record_hash);

-- What the mart said when it was disputed: a salted hash per row that told the item, never the value.
create table if not exists control.disputed_rows (
    request_id bigint not null references control.rights_requests (request_id),
    mart_table text not null,
    mart_columns text [] not null,
    value_hash text not null,
    primary key (request_id, mart_table, value_hash)
);

-- Who is shown nowhere: processing is restricted, or an objection was upheld. A restriction ends on its day by itself.
create or replace view control.stopped_records as
select
    records.record_hash,
    requests.ends_on,
    case requests.kind when 'restriction' then requests.recorded_at else requests.closed_at end as since
from control.rights_records as records
inner join control.rights_requests as requests on records.request_id = requests.request_id
where
    (requests.kind = 'restriction' and requests.closed_at is null)
    or (requests.kind = 'objection' and requests.outcome = 'upheld');

-- The people of the last publish of whom that is so today: exports and the row policies of the mart ask it, so that it
-- counts without a run. The token is the one that item_visibility gives the rows of the person.
create or replace view control.stopped_people as
select
    known.person_key,
    min(stopped.since) as since,
    'person:' || substr(encode(sha256(convert_to(
        salts.salt || '|' || 'a person of the mart' || '|' || known.person_key, 'UTF8'
    )), 'hex'), 1, 20) as token
from control.person_key_records as known
cross join control.person_key_salt as salts
inner join control.stopped_records as stopped on known.record_hash = stopped.record_hash
where stopped.ends_on is null or stopped.ends_on > (now() at time zone 'Europe/London')::date
group by known.person_key, salts.salt;

create or replace view control.disputed_values as
select
    requests.request_id,
    records.record_hash,
    requests.item,
    requests.partner,
    told.mart_table,
    told.mart_columns,
    told.value_hash
from control.rights_requests as requests
inner join control.rights_records as records on requests.request_id = records.request_id
inner join control.disputed_rows as told on requests.request_id = told.request_id
where requests.kind = 'dispute' and requests.closed_at is null;

grant select on control.stopped_records, control.disputed_values to hl_dbt, hl_publisher;

-- For access.stopped_tokens(), by which the row policies of the mart ask.
grant usage on schema control to hl_access_owner;
grant select on control.stopped_people to hl_access_owner;
