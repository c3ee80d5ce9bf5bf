-- The agreement as tables. Run as hl_loader, which owns the schema and replaces the rows at the start of each run.
create table if not exists agreement.partners (
    partner text primary key,
    name text not null,
    kind text not null,
    source text not null,
    role text not null,
    person_id_namespace text not null,
    route text not null check (route in ('sftp', 'direct'))
);

create table if not exists agreement.data_items (
    item text primary key,
    label text not null,
    use text not null check (use in ('display', 'match_only')),
    special_category boolean not null,
    clause text not null
);

create table if not exists agreement.item_columns (
    item text not null,
    mart_table text not null,
    mart_column text not null,
    primary key (item, mart_table, mart_column)
);

-- What the mart models can show and this agreement does not: left out of the tables that they build.
create table if not exists agreement.withheld_columns (
    mart_table text not null,
    mart_column text not null,
    primary key (mart_table, mart_column)
);

create table if not exists agreement.functions (
    function text primary key,
    name text not null,
    purpose text not null
);

-- The people whom a function sees.
alter table agreement.functions add column if not exists row_scope text not null default 'none' check (
    row_scope in ('all', 'own_partner', 'temporary_accommodation', 'own_caseload', 'own_team', 'none')
);

-- Whose users are the data stewards.
alter table agreement.functions add column if not exists answers_requests boolean not null default false;

create table if not exists agreement.function_items (
    function text not null,
    item text not null,
    primary key (function, item)
);

create table if not exists agreement.match_rules (
    tier integer primary key,
    name text not null,
    enabled boolean not null,
    action text not null check (action in ('link', 'review'))
);

-- The methods of tier 5 that somebody has approved by the run's date.
create table if not exists agreement.match_methods (
    method text primary key,
    action text not null check (action in ('link', 'review'))
);

create table if not exists agreement.lawful_identifiers (
    partner text not null,
    identifier text not null
        check (identifier in ('nhs_number', 'upn', 'social_care_id', 'education_id', 'nino')),
    allowed boolean not null,
    primary key (partner, identifier)
);

create table if not exists agreement.retention_rules (
    rule text primary key,
    domain text not null,
    trigger_event text not null,
    period_years integer,
    period_days integer,
    note text
);

create table if not exists agreement.run_context (
    publish_id text not null,
    as_at date not null,
    agreement_id text not null,
    agreement_version text not null,
    agreement_sha256 text not null,
    started_at timestamptz not null,
    hold_while text not null check (hold_while in ('temporary_accommodation', 'social_housing')),
    nhs_allow_test_range boolean not null,
    postcode_max_people integer not null,
    common_name_limit integer not null
);
-- They stand in item_settings now. A view on the old columns goes with them; dbt builds it anew in every run.
alter table agreement.run_context
drop column if exists arrears_min cascade,
drop column if exists balance_max_age_days cascade,
drop column if exists notice_valid_months cascade,
drop column if exists cin_basis cascade;

create table if not exists agreement.item_settings (
    arrears_min numeric not null,
    balance_max_age_days integer not null,
    notice_valid_months integer not null,
    cin_basis text not null check (cin_basis in ('plan', 'episode')),
    use_factors boolean not null,
    factor_months integer not null,
    disabled_psr text not null,
    disability_needs_record boolean not null,
    absence_scope text not null check (absence_scope in ('current_school', 'all_schools')),
    lateness_codes text not null,
    count_lunchtime boolean not null,
    ay_start text not null
);

create table if not exists agreement.retention_settings (
    raw_keep_days integer not null,
    ta_gap_days integer not null,
    ta_grace_days integer not null,
    ta_stale_days integer not null,
    leap_birthday text not null check (leap_birthday in ('mar1', 'feb28'))
);

create table if not exists agreement.freshness (
    partner text not null,
    extract text not null,
    max_age_days integer not null,
    primary key (partner, extract)
);

-- One run at a time: a second row would make every model join twice.
create unique index if not exists run_context_is_one_row on agreement.run_context ((true));
create unique index if not exists item_settings_is_one_row on agreement.item_settings ((true));
create unique index if not exists retention_settings_is_one_row on agreement.retention_settings ((true));

grant usage on schema agreement to hl_dbt, hl_publisher, hl_analyst;
grant select on all tables in schema agreement to hl_dbt, hl_publisher, hl_analyst;
