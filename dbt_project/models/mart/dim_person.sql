with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

identities as (
    select * from {{ ref('item_identity') }}
),

disputed_items as (
    select * from {{ ref('item_disputed_items') }}
),

visibility as (
    select * from {{ ref('item_visibility') }}
),

people as (
    select
        identities.person_key,
        identities.household_key,
        {{ undisputed('identities.first_name', 'first_name') }},
        {{ undisputed('identities.last_name', 'last_name') }},
        {{ undisputed('identities.gender', 'gender') }},
        {{ undisputed('identities.date_of_birth', 'date_of_birth') }},
        visibility.visible_to,
        run_context.publish_id
    from identities
    inner join visibility on identities.person_key = visibility.person_key
    cross join run_context
    left outer join disputed_items on identities.person_key = disputed_items.person_key
)

select * from people
