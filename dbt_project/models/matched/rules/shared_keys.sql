with

keys as (
    select * from {{ ref('match_keys') }}
    where not is_over_held
),

held_twice as (
    select
        rule,
        key
    from keys
    group by rule, key
    having count(*) > 1
),

shared as (
    select
        keys.record_key,
        keys.partner,
        keys.tier,
        keys.rule,
        keys.key,
        keys.is_restricted
    from keys
    inner join held_twice
        on keys.rule = held_twice.rule
            and keys.key = held_twice.key
)

select * from shared
