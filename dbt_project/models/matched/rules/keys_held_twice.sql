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
)

select * from held_twice
