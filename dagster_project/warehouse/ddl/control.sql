-- What happened: deliveries, rejections, verdicts, publishes. Run as the administrator, who owns the schema,
-- so that no pipeline login can change a table's shape or hand on its rights.
create table if not exists control.deliveries (
    delivery_key bigint generated always as identity primary key,
    delivery_id text,
    partner text,
    extract_date date,
    content_sha256 text,
    manifest_sha256 text,
    route text,
    status text not null check (status in ('loaded', 'duplicate', 'older', 'refused')),
    reason_code text,
    reason text,
    transport jsonb,
    received_at timestamptz not null
);

-- The London date of the run that took it in, from which its window counts.
alter table control.deliveries add column if not exists received_on date;
update control.deliveries
set received_on = (received_at at time zone 'Europe/London')::date
where received_on is null;

-- Identity is partner and content: the same bytes load once, whatever their name.
create unique index if not exists deliveries_load_once
on control.deliveries (partner, content_sha256) where status = 'loaded';

create table if not exists control.delivery_files (
    delivery_key bigint not null references control.deliveries (delivery_key) on delete cascade,
    extract text not null,
    sha256 text,
    bytes bigint,
    rows_parsed bigint,
    rows_loaded bigint,
    rows_rejected bigint,
    primary key (delivery_key, extract)
);

-- The mappings that made an extract; none for a canonical file.
alter table control.delivery_files add column if not exists mapping text;

-- The files of mapped deliveries: every delivered row is loaded, rejected, or passed over by the mapping's rules.
create table if not exists control.mapped_files (
    delivery_key bigint not null references control.deliveries (delivery_key) on delete cascade,
    file_number smallint not null,
    file_name text not null,
    mapping text not null,
    mapping_sha256 text not null,
    sha256 text not null,
    bytes bigint not null,
    rows_parsed bigint not null,
    rows_loaded bigint not null,
    rows_rejected bigint not null,
    rows_passed_over bigint not null,
    primary key (delivery_key, file_number),
    check (rows_parsed = rows_loaded + rows_rejected + rows_passed_over)
);

create table if not exists control.rejected_rows (
    delivery_key bigint not null references control.deliveries (delivery_key) on delete cascade,
    delivery_id text not null,
    partner text not null,
    extract text not null,
    line_number integer not null,
    column_name text,
    reason_code text not null
);

alter table control.rejected_rows add column if not exists file_name text;

create index if not exists rejected_rows_by_delivery on control.rejected_rows (delivery_key, extract);

create table if not exists control.current_snapshots (
    partner text not null,
    extract text not null,
    delivery_key bigint not null references control.deliveries (delivery_key),
    delivery_id text not null,
    extract_date date not null,
    rows_loaded bigint not null,
    primary key (partner, extract)
);

-- A fallback holds only what a return says of its people in passing: it identifies them, and is no feed of items.
alter table control.current_snapshots add column if not exists is_fallback boolean not null default false;

create table if not exists control.person_key_salt (
    salt text not null
);

create unique index if not exists person_key_salt_is_one_row on control.person_key_salt ((true));

create table if not exists control.gate_runs (
    publish_id text primary key,
    passed boolean not null,
    delivery_keys bigint [] not null,
    agreement_sha256 text not null,
    candidate_fingerprint text,
    started_at timestamptz not null,
    finished_at timestamptz
);

create table if not exists control.gate_verdicts (
    publish_id text not null,
    suite text not null,
    check_id text not null,
    clause text,
    passed boolean not null,
    observed jsonb,
    primary key (publish_id, suite, check_id)
);

create table if not exists control.publishes (
    publish_id text primary key,
    as_at date not null,
    published_at timestamptz not null,
    agreement_version text not null,
    agreement_sha256 text not null,
    delivery_keys bigint [] not null,
    mart_fingerprint text not null,
    people bigint not null
);

create table if not exists control.schema_version (
    definition_sha256 text not null,
    applied_at timestamptz not null
);

grant usage on schema control to hl_loader, hl_dbt, hl_publisher, hl_analyst;

grant select, insert, update, delete on
    control.deliveries,
    control.delivery_files,
    control.mapped_files,
    control.rejected_rows,
    control.current_snapshots
to hl_loader;

grant select on control.current_snapshots, control.person_key_salt to hl_dbt;

grant select on
    control.deliveries,
    control.delivery_files,
    control.mapped_files,
    control.rejected_rows,
    control.current_snapshots,
    control.gate_runs,
    control.gate_verdicts,
    control.publishes
to hl_publisher, hl_analyst;

-- A verdict may be given again when a step is rerun; a publish is written once and stays.
grant insert, update, delete on control.gate_runs, control.gate_verdicts to hl_publisher;
grant insert on control.publishes to hl_publisher;
