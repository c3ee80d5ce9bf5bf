with

source as (
    select * from {{ source('agreement', 'freshness') }}
),

copied as (
    select
        partner,
        extract,
        max_age_days
    from source
)

select * from copied
