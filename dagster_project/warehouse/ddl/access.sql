-- The register of users: who has which function, and whose records it is about. Run as hl_access_owner, which has no
-- login. What somebody held stays on record with its end, so that it can be told later who could see whom.
create table if not exists access.accounts (
    login text primary key,
    full_name text not null check (full_name <> ''),
    added_at timestamptz not null,
    added_by text not null
);

create table if not exists access.user_functions (
    login text not null references access.accounts (login),
    function text not null,
    held_from timestamptz not null,
    held_until timestamptz check (held_until >= held_from)
);

-- Exactly one function at a time; nobody without one is let in.
create unique index if not exists user_functions_one_at_a_time
on access.user_functions (login) where held_until is null;

create table if not exists access.user_partners (
    login text not null references access.accounts (login),
    partner text not null,
    held_from timestamptz not null,
    held_until timestamptz check (held_until >= held_from)
);

create unique index if not exists user_partners_once
on access.user_partners (login, partner) where held_until is null;

-- A worker is known to the systems by name and team alone. The token is what the mart holds instead, as a salted hash.
create table if not exists access.user_caseloads (
    login text not null references access.accounts (login),
    partner text not null,
    team text not null,
    worker text not null,
    token text not null,
    held_from timestamptz not null,
    held_until timestamptz check (held_until >= held_from)
);

create unique index if not exists user_caseloads_once
on access.user_caseloads (login, token) where held_until is null;

create table if not exists access.recertifications (
    login text not null references access.accounts (login),
    confirmed_by text not null,
    confirmed_on date not null
);

create or replace view access.users as
select
    accounts.login,
    accounts.full_name,
    functions.function,
    functions.held_until is null as is_enabled,
    accounts.added_at,
    functions.held_from as function_since,
    functions.held_until as disabled_at,
    (
        select max(recertifications.confirmed_on)
        from access.recertifications
        where recertifications.login = accounts.login
    ) as recertified_on
from access.accounts
cross join lateral (
    select user_functions.function, user_functions.held_from, user_functions.held_until
    from access.user_functions
    where user_functions.login = accounts.login
    order by user_functions.held_until desc nulls first
    limit 1
) as functions;

-- Every token that opened rows, for whom, under which rule of rows, and when: what access.my_tokens() knew.
create or replace view access.user_tokens as
select login, 'all' as row_scope, 'whole_system' as token, held_from, held_until from access.user_functions
union all
select login, 'temporary_accommodation', 'ta', held_from, held_until from access.user_functions
union all
select login, 'own_partner', 'partner:' || partner, held_from, held_until from access.user_partners
union all
select login, case when worker = '' then 'own_team' else 'own_caseload' end, token, held_from, held_until
from access.user_caseloads;

-- What the code behind each line of the log is made with; the administrator reads it to tell such lines from forged ones.
create table if not exists access.read_key (
    key text not null
);

create unique index if not exists read_key_once on access.read_key ((true));

-- What the row policies of the mart ask: the tokens of whoever is logged in, whatever role or setting the session took on.
-- Asked once per statement and table, so that the server's log gets a line of who read which table, without the statement.
-- The code behind its words cannot be made without the key. A server that would print the statement gets no line.
create or replace function access.my_tokens(row_scope text, read_table text) returns text []
language plpgsql stable parallel restricted security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    words text := format(
        '%s reads %s at %s in %s', session_user, read_table,
        to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), pg_backend_pid()
    );
begin
    if current_setting('log_min_error_statement') = 'panic' and read_table ~ '^[a-z_]{1,63}$' then
        raise log 'hearthlink read: % %', words, (
            select encode(sha256(convert_to(concat_ws('|', keys.key, words, keys.key), 'UTF8')), 'hex')
            from access.read_key as keys
        );
    end if;
    return (
        select coalesce(array_agg(held.token), '{}')
        from (
            select 'whole_system' as token where row_scope = 'all'
            union all
            select 'ta' where row_scope = 'temporary_accommodation'
            union all
            select 'partner:' || partners.partner
            from access.user_partners as partners
            where row_scope = 'own_partner' and partners.login = session_user and partners.held_until is null
            union all
            select caseloads.token
            from access.user_caseloads as caseloads
            where row_scope = case when caseloads.worker = '' then 'own_team' else 'own_caseload' end
                and caseloads.login = session_user and caseloads.held_until is null
        ) as held
        where exists (
            select from access.user_functions as functions
            where functions.login = session_user and functions.held_until is null
        )
    );
end
$$;

revoke all on function access.my_tokens(text, text) from public;

-- The people whose rows are shown to nobody, whatever tokens a reader has, from the moment on in which it is recorded. A
-- reader may call it and learns nothing: their tokens are salted hashes that stand in columns which nobody reads.
create or replace function access.stopped_tokens() returns text []
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(stopped.token), '{}') from control.stopped_people as stopped
$$;

revoke all on function access.stopped_tokens() from public;
grant usage on schema access to hl_dbt, hl_publisher;
grant select on access.users, access.user_partners, access.user_caseloads to hl_publisher;
