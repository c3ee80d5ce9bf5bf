-- Who did what, who was let in, who took something out: rows are added and never changed. Run as hl_log_owner, which
-- has no login and takes from itself the right to change a row; the trigger refuses whoever has it all the same. Each
-- row's hash covers the row and the hash before it, so a change made past all that shows.
create table if not exists control.access_log (
    entry bigint primary key,
    happened_at timestamptz not null,
    logged_by text not null,
    actor text not null check (actor <> '' and length(actor) <= 500),
    action text not null check (action ~ '^[a-z][a-z0-9_]{1,62}$'),
    subject text not null check (length(subject) <= 500),
    purpose text not null check (length(purpose) <= 500),
    detail jsonb not null check (jsonb_typeof(detail) = 'object'),
    previous_sha256 text not null,
    sha256 text not null
);

create index if not exists access_log_by_subject on control.access_log (subject);

-- The text that a row's hash is over: the same on every server, whatever its settings.
create or replace function control.access_log_hash(line control.access_log) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select encode(sha256(convert_to(jsonb_build_array(
        line.entry, extract(epoch from line.happened_at), line.logged_by, line.actor, line.action, line.subject,
        line.purpose, line.detail, line.previous_sha256
    )::text, 'UTF8')), 'hex')
$$;

-- The only way in. The lock is held to the end of the caller's transaction, so that the chain never forks.
create or replace function control.log_access(
    actor text, action text, subject text, purpose text, detail jsonb
) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    line control.access_log;
begin
    perform pg_advisory_xact_lock(4857200004);
    select entry, sha256 into line.entry, line.previous_sha256
    from control.access_log order by entry desc limit 1;
    line.entry := coalesce(line.entry, 0) + 1;
    line.previous_sha256 := coalesce(line.previous_sha256, '');
    line.happened_at := clock_timestamp();
    line.logged_by := session_user;
    line.actor := actor;
    line.action := action;
    line.subject := subject;
    line.purpose := purpose;
    line.detail := detail;
    line.sha256 := control.access_log_hash(line);
    insert into control.access_log select (line).*;
    return line.entry;
end
$$;

create or replace function control.refuse_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception '% of %.%: rows of this table are never changed', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;

create or replace trigger rows_stay
before update or delete or truncate on control.access_log
for each statement execute function control.refuse_change();

-- Also in a session that replays somebody else's changes.
alter table control.access_log enable always trigger rows_stay;

-- What the chain is worth now: how many rows, the newest hash, and the first row that does not fit, if any.
create or replace function control.check_access_log(
    out entries bigint, out head_sha256 text, out first_broken bigint
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    with linked as (
        select
            access_log as line,
            row_number() over in_order as place,
            coalesce(lag(access_log.sha256) over in_order, '') as before
        from control.access_log
        window in_order as (order by access_log.entry)
    )
    select
        count(*),
        coalesce((select sha256 from control.access_log order by entry desc limit 1), ''),
        min((line).entry) filter (
            where (line).entry <> place or (line).previous_sha256 <> before
                or (line).sha256 <> control.access_log_hash(line)
        )
    from linked
$$;

revoke all on function control.access_log_hash(control.access_log) from public;
revoke all on function control.log_access(text, text, text, text, jsonb) from public;
revoke all on function control.check_access_log() from public;
revoke all on function control.refuse_change() from public;
grant execute on function control.log_access(text, text, text, text, jsonb) to hl_loader, hl_publisher;
grant execute on function control.check_access_log() to hl_publisher;

revoke all on control.access_log from hl_log_owner;
grant select, insert, trigger on control.access_log to hl_log_owner;
