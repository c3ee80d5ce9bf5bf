with

source as (
    select * from {{ source('agreement', 'match_methods') }}
),

copied as (
    select
        method,
        action
    from source
)

select * from copied
