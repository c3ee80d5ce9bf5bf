with

caseworkers as (
    select * from {{ ref('item_caseworkers') }}
),

teams as (
    select distinct -- a team with three workers is named once
        person_key,
        concat_ws(': ', service, team) as details
    from caseworkers
    where service is not null or team is not null
),

workers as (
    select distinct -- a worker with two roles is named once
        person_key,
        worker_name
    from caseworkers
    where worker_name is not null
),

-- The C collation sorts alike on every server.
team_lists as (
    select
        person_key,
        string_agg(details, '; ' order by details collate "C") as service_team_details
    from teams
    group by person_key
),

worker_lists as (
    select
        person_key,
        string_agg(worker_name, '; ' order by worker_name collate "C") as assigned_caseworkers
    from workers
    group by person_key
),

lists as (
    select
        coalesce(team_lists.person_key, worker_lists.person_key) as person_key,
        team_lists.service_team_details,
        worker_lists.assigned_caseworkers
    from team_lists
    full outer join worker_lists on team_lists.person_key = worker_lists.person_key
)

select * from lists
