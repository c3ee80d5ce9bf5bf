with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

caseworkers as (
    select * from {{ ref('item_caseworkers') }}
),

visibility as (
    select * from {{ ref('item_visibility') }}
),

stamped as (
    select
        caseworkers.person_key,
        caseworkers.service,
        caseworkers.team,
        caseworkers.worker_name,
        caseworkers.worker_role,
        visibility.visible_to,
        run_context.publish_id
    from caseworkers
    inner join visibility on caseworkers.person_key = visibility.person_key
    cross join run_context
)

select * from stamped
