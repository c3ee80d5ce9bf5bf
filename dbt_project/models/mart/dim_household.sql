with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

identities as (
    select * from {{ ref('item_identity') }}
),

households as (
    select
        identities.household_key,
        identities.partner,
        count(*)::integer as people,
        run_context.publish_id
    from identities
    cross join run_context
    group by identities.household_key, identities.partner, run_context.publish_id
)

select * from households
