with

identities as (
    select * from {{ ref('identity_records') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

birth_dates_of_name as (
    select distinct
        last_name,
        substr(first_name, 1, 3) as first_three,
        birth_date
    from identities
    where last_name is not null and first_name is not null and birth_date is not null
),

counted as (
    select
        last_name,
        first_three,
        cast(count(*) as integer) as birth_dates
    from birth_dates_of_name
    group by last_name, first_three
),

common as (
    select counted.*
    from counted
    cross join run_context
    where counted.birth_dates > run_context.common_name_limit
)

select * from common
