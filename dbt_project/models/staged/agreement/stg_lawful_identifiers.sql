with

source as (
    select * from {{ source('agreement', 'lawful_identifiers') }}
),

copied as (
    select
        partner,
        identifier,
        allowed
    from source
)

select * from copied
