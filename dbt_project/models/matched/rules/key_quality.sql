with

over_held as (
    select
        rule,
        key,
        'over_held' as status,
        tier,
        cast(count(*) as integer) as records
    from {{ ref('match_keys') }}
    where is_over_held
    group by rule, key, tier
),

qualities as (
    {% for tier in [1, 2, 3, 4] -%}
    select rule, key, status, tier, records from {{ ref('key_quality_tier_' ~ tier) }}
    union all
    {% endfor -%}
    select * from over_held
)

select * from qualities
