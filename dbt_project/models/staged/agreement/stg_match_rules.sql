with

source as (
    select * from {{ source('agreement', 'match_rules') }}
),

copied as (
    select
        tier,
        name,
        action,
        enabled
    from source
)

select * from copied
