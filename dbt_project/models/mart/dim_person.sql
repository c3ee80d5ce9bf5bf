with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

identities as (
    select * from {{ ref('item_identity') }}
),

visibility as (
    select * from {{ ref('item_visibility') }}
),

people as (
    select
        identities.person_key,
        identities.household_key,
        identities.first_name,
        identities.last_name,
        identities.gender,
        identities.date_of_birth,
        visibility.visible_to,
        run_context.publish_id
    from identities
    inner join visibility on identities.person_key = visibility.person_key
    cross join run_context
)

select * from people
