with

source as (
    select * from {{ source('agreement', 'partners') }}
),

copied as (
    select
        partner,
        name,
        kind,
        source,
        role,
        person_id_namespace,
        route
    from source
)

select * from copied
