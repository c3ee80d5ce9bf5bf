with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

caseworkers as (
    select * from {{ ref('item_caseworkers') }}
),

stamped as (
    select
        caseworkers.person_key,
        caseworkers.service,
        caseworkers.team,
        caseworkers.worker_name,
        caseworkers.worker_role,
        run_context.publish_id
    from caseworkers
    cross join run_context
)

select * from stamped
