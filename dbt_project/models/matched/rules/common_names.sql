with

identities as (
    select * from {{ ref('identity_records') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

birth_dates_of_name as (
    select
        last_name,
        first_name,
        birth_date,
        count(*) as records
    from identities
    where last_name is not null and first_name is not null and birth_date is not null
    group by last_name, first_name, birth_date
),

counted as (
    select
        last_name,
        first_name,
        cast(count(*) as integer) as birth_dates
    from birth_dates_of_name
    group by last_name, first_name
),

pool_size as (
    select sum(records) as records from birth_dates_of_name
),

-- chance namesakes of one birth date grow with the square of a name's bearers, right links only with their number: a
-- limit that grew with the pool would let the wrong share grow with it, one that stayed would ask too many questions
limits as (
    select run_context.common_name_limit * greatest(1, sqrt(pool_size.records / 100000.0)) as birth_dates
    from run_context
    cross join pool_size
),

common as (
    select counted.*
    from counted
    cross join limits
    where counted.birth_dates > limits.birth_dates
)

select * from common
