-- Who could see whom. Run as the administrator, after the register of users and the agreement.
-- The people of the published mart and which tokens open their rows, and the rule of rows that each function had then:
-- both are replaced whole by each publish, so nobody stays here who has left the mart.
create table if not exists control.visibility (
    person_key text primary key,
    publish_id text not null,
    visible_to text [] not null
);

create table if not exists control.published_functions (
    function text primary key,
    publish_id text not null,
    row_scope text not null
);

-- Each control of access to the mart as it was published, in words; what a hand has changed since is named by them.
create table if not exists control.published_controls (
    control text primary key,
    publish_id text not null
);

-- What the set-up gave and made, in words, written down as it ended.
create table if not exists control.setup_controls (
    control text primary key
);

-- Powers of roles that are not Hearthlink's, on a server that others use too: who says that they are in order, and why.
create table if not exists control.vouched_powers (
    control text primary key,
    role text not null,
    vouched_by text not null check (vouched_by <> ''),
    reason text not null check (reason <> ''),
    vouched_at timestamptz not null
);

create or replace view control.who_could_see as
select
    visibility.person_key,
    visibility.publish_id,
    tokens.login,
    held.function,
    greatest(tokens.held_from, held.held_from, publishes.published_at) as since,
    least(tokens.held_until, held.held_until, stopped.since) as until
from control.visibility
inner join control.publishes on visibility.publish_id = publishes.publish_id
inner join access.user_tokens as tokens on tokens.token = any(visibility.visible_to)
inner join access.user_functions as held on tokens.login = held.login
inner join control.published_functions as functions
    on held.function = functions.function and tokens.row_scope = functions.row_scope
left join control.stopped_people as stopped on visibility.person_key = stopped.person_key
where
    greatest(tokens.held_from, held.held_from, publishes.published_at)
    < coalesce(least(tokens.held_until, held.held_until, stopped.since), 'infinity');

grant select, insert, delete on control.visibility, control.published_functions, control.published_controls
to hl_publisher;
grant select on control.setup_controls to hl_publisher;
grant select (control) on control.vouched_powers to hl_publisher;
