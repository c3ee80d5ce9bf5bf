with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

caseworkers as (
    select * from {{ ref('item_caseworkers') }}
),

disputed_items as (
    select * from {{ ref('item_disputed_items') }}
),

visibility as (
    select * from {{ ref('item_visibility') }}
),

undisputed as (
    select distinct -- two workers of one team are one row once it is blank who they are
        caseworkers.person_key,
        {{ undisputed('caseworkers.service', 'service_team_details') }},
        {{ undisputed('caseworkers.team', 'service_team_details') }},
        {{ undisputed('caseworkers.worker_name', 'assigned_caseworkers') }},
        {{ undisputed('caseworkers.worker_role', 'assigned_caseworkers') }}
    from caseworkers
    left outer join disputed_items on caseworkers.person_key = disputed_items.person_key
),

stamped as (
    select
        undisputed.person_key,
        undisputed.service,
        undisputed.team,
        undisputed.worker_name,
        undisputed.worker_role,
        visibility.visible_to,
        run_context.publish_id
    from undisputed
    inner join visibility on undisputed.person_key = visibility.person_key
    cross join run_context
)

select * from stamped
