with

identities as (
    select * from {{ ref('identity_records') }}
),

counted as (
    select
        first_name,
        cast(count(*) as integer) as bearers
    from identities
    where first_name is not null
    group by first_name
)

select * from counted
