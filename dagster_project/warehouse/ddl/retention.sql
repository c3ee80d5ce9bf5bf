-- How data is let go: whom the joint system holds, what it deleted, what is kept for a legal hold. Run as the
-- administrator, who alone deletes and moves.

-- The records of the people in scope at the last purge, by which the next one sees who has left. Records of nobody else.
create table if not exists control.held_records (
    partner text not null,
    record_id text not null,
    person_key text not null,
    primary key (partner, record_id)
);

-- The planner keeps common values of the columns that it measures, also of rows that are gone.
alter table control.held_records
alter column record_id set statistics 0;
alter table control.review_decisions
alter column left_record_id set statistics 0,
alter column right_record_id set statistics 0;

-- What proves a deletion, without whose it was: `record_hmac` is keyed, and the key lies outside the database.
create table if not exists control.deletions (
    deletion_id bigint generated always as identity primary key,
    publish_id text not null,
    rule text not null,
    basis text not null check (basis in ('stay_ended', 'died', 'not_delivered', 'unlinked', 'past_due', 'hold_released')),
    record_hmac text not null,
    due_on date not null,
    deleted_on date not null,
    overdue_days integer not null check (overdue_days >= 0),
    rows_deleted bigint not null,
    deleted_at timestamptz not null
);

create index if not exists deletions_by_record on control.deletions (record_hmac);

-- One row per publish: what its purge has done. Without `finished_at` it is done again at the start of the next run.
create table if not exists control.purges (
    publish_id text primary key,
    as_at date not null,
    begun_at timestamptz not null,
    finished_at timestamptz,
    counts jsonb not null default '{}'
);

-- The window that it went by: a council may have agreed to another one since.
alter table control.purges add column if not exists keep_days integer;

-- Tables whose files still hold deleted rows. Noted with the deletion itself, so that a killed step leaves none behind.
create table if not exists control.tables_to_rewrite (
    schema_name text not null,
    table_name text not null,
    primary key (schema_name, table_name)
);

-- When the rows of people who are linked to nobody in scope were taken out of a snapshot. What is left is not the whole
-- delivery, and the same content may be loaded again.
alter table control.current_snapshots add column if not exists trimmed_at timestamptz;

-- Who may not be deleted, on whose authority, and until when. `subject_id` is a record's or a case's id in the system of
-- the partner; everybody has neither, and a hold that was released no longer says whom it was about.
create table if not exists control.legal_holds (
    hold_id bigint generated always as identity primary key,
    scope text not null check (scope in ('person', 'case', 'everybody')),
    partner text,
    subject_id text,
    held_from date not null,
    held_to date,
    authorised_by text not null,
    reason text not null,
    added_by text not null,
    added_at timestamptz not null,
    released_by text,
    release_reason text,
    released_at timestamptz,
    check (scope <> 'everybody' or num_nulls(partner, subject_id) = 2),
    check (scope = 'everybody' or num_nulls(partner, subject_id) = 0 or released_at is not null),
    check (held_to >= held_from),
    check (num_nulls(released_by, release_reason, released_at) in (0, 3))
);

-- Records of the host systems whose own period has passed: a list for their owners, who decide. Never deleted by us.
create table if not exists control.disposal_list (
    item_id bigint generated always as identity primary key,
    rule text not null,
    record_class text not null,
    partner text not null,
    record_id text not null,
    trigger_on date not null,
    due_on date not null,
    listed_on date not null,
    outcome text check (outcome in ('destroy', 'continue', 'preserve')),
    approver text,
    reason text,
    decided_on date,
    recorded_by text,
    recorded_at timestamptz,
    unique (rule, record_class, partner, record_id, due_on),
    check (num_nulls(outcome, approver, decided_on, recorded_by, recorded_at) in (0, 5))
);

-- The delivery in which the record was last seen.
alter table control.disposal_list add column if not exists delivery_key bigint;

-- How many records of a class could not be dated, or are past their day in a host system: counts for the evidence.
create table if not exists control.retention_findings (
    rule text not null,
    record_class text not null,
    partner text not null,
    finding text not null,
    counted bigint not null,
    primary key (rule, record_class, partner, finding)
);

create table if not exists hold.held_rows (
    row_id bigint generated always as identity primary key,
    hold_id bigint not null references control.legal_holds (hold_id),
    layer text not null,
    table_name text not null,
    partner text not null,
    record_id text not null,
    due_on date,
    moved_at timestamptz not null,
    contents jsonb not null
);

alter table hold.held_rows
alter column record_id set statistics 0,
alter column contents set statistics 0;

grant usage on schema hold to hl_hold_custodian;
grant select on hold.held_rows to hl_hold_custodian;

-- What the gate and the evidence may know of the rows on hold: how many, of which hold, and whether it stands.
create or replace view control.held_row_counts as
select
    holds.hold_id,
    holds.scope,
    holds.held_from,
    holds.held_to,
    holds.released_at,
    count(held_rows.row_id) as held_rows,
    min(held_rows.moved_at) as oldest_moved_at
from control.legal_holds as holds
left join hold.held_rows on holds.hold_id = held_rows.hold_id
group by holds.hold_id;

grant select on control.held_row_counts, control.deletions, control.purges, control.retention_findings
to hl_publisher, hl_analyst;
grant select (rule, record_class, partner, due_on, listed_on, outcome, decided_on) on control.disposal_list
to hl_publisher, hl_analyst;
-- The gate compares who is held with who may be.
grant select on control.held_records to hl_publisher;
