-- What was taken out, by whom, for which purpose, and what became of the file. Run as the administrator, who alone
-- writes here. Neither a password nor anything about a person stands in these tables: people are named by their keys.
create table if not exists control.export_keys (
    key_id text primary key,
    purpose text not null,
    period text not null,
    created_at timestamptz not null,
    created_by text not null,
    destroyed_at timestamptz,
    destroyed_by text,
    check ((destroyed_at is null) = (destroyed_by is null))
);

create table if not exists control.opt_out_checks (
    check_id text primary key,
    asked_by text not null,
    asked_at timestamptz not null,
    asked_on date not null,
    publish_id text not null,
    file_name text not null unique,
    numbers integer not null,
    file_sha256 text not null,
    answered_at timestamptz,
    answered_by text,
    answer_sha256 text,
    check (num_nulls(answered_at, answered_by, answer_sha256) in (0, 3))
);

create table if not exists control.exports (
    export_id text primary key,
    kind text not null check (kind in ('dashboard', 'planning_rows', 'planning_counts')),
    purpose text not null,
    actor text not null,
    function text not null,
    agreement_sha256 text not null,
    publish_id text not null,
    created_at timestamptz not null,
    expires_on date not null,
    file_path text not null,
    file_sha256 text not null,
    row_counts jsonb not null,
    key_id text references control.export_keys (key_id),
    opt_out_check text references control.opt_out_checks (check_id),
    protection jsonb not null,
    status text not null check (status in ('standing', 'deleted', 'unconfirmed', 'confirmed')),
    ended_at timestamptz,
    reason text,
    confirmed_by text,
    check ((status = 'standing') = (ended_at is null)),
    check ((status = 'standing') = (reason is null)),
    check ((status = 'confirmed') = (confirmed_by is not null))
);

create table if not exists control.export_people (
    export_id text not null references control.exports (export_id) on delete cascade,
    person_key text not null,
    primary key (export_id, person_key)
);

create index if not exists export_people_by_person on control.export_people (person_key);

grant select on control.exports, control.export_people, control.export_keys, control.opt_out_checks to hl_publisher;
