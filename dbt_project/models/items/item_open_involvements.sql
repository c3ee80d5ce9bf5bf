with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

childrens_involvements as (
    {{ current_rows('stg_csc_involvements') }}
),

adults_involvements as (
    {{ current_rows('stg_asc_involvements') }}
),

needs as (
    {{ current_rows('stg_edu_sen') }}
),

excluded_teams as (
    select * from {{ ref('excluded_teams') }}
),

involvements as (
    select
        partner,
        person_id,
        service,
        team,
        worker_name,
        worker_role,
        start_date,
        end_date
    from childrens_involvements
    union all
    select
        partner,
        person_id,
        service,
        team,
        worker_name,
        worker_role,
        start_date,
        end_date
    from adults_involvements
    union all
    select
        partner,
        person_id,
        'SEND' as service,
        team,
        caseworker as worker_name,
        case when caseworker is not null then 'SEND caseworker' end as worker_role,
        null::date as start_date, -- a request, too, is work of the SEND team
        plan_ceased as end_date
    from needs
    where caseworker is not null or team is not null
),

open_involvements as (
    select distinct -- a worker with two involvements, or a plan with two needs, is named once
        linked_records.person_key,
        linked_records.partner,
        involvements.service,
        involvements.team,
        involvements.worker_name,
        involvements.worker_role
    from linked_records
    inner join involvements
        on
            linked_records.partner = involvements.partner
            and linked_records.record_id = involvements.person_id
    cross join run_context
    where {{ open_at_if_started('involvements.start_date', 'involvements.end_date', 'run_context.as_at') }}
),

shown_involvements as (
    select open_involvements.*
    from open_involvements
    left outer join excluded_teams
        on concat_ws(' ', open_involvements.service, open_involvements.team) ~* excluded_teams.pattern
    where excluded_teams.pattern is null
)

select * from shown_involvements
