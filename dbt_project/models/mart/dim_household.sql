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

people_counts as (
    select
        household_key,
        partner,
        count(*)::integer as people
    from identities
    group by household_key, partner
),

held_tokens as (
    select distinct -- the people of a household are mostly seen by the same users
        identities.household_key,
        held.token
    from identities
    inner join visibility on identities.person_key = visibility.person_key
    cross join lateral unnest(visibility.visible_to) as held (token)
    where held.token not like 'person:%' -- of its people one may not be shown, and the others are
),

-- Whoever sees somebody of a household sees the household. The C collation sorts alike on every server.
household_visibility as (
    select
        household_key,
        array_agg(token order by token collate "C") as visible_to
    from held_tokens
    group by household_key
),

households as (
    select
        people_counts.household_key,
        people_counts.partner,
        people_counts.people,
        household_visibility.visible_to,
        run_context.publish_id
    from people_counts
    inner join household_visibility on people_counts.household_key = household_visibility.household_key
    cross join run_context
)

select * from households
