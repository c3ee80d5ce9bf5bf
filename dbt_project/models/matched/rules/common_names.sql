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
        floor(extract(year from birth_date) / 10) as decade,
        count(*) as records
    from identities
    where last_name is not null and first_name is not null and birth_date is not null
    group by last_name, first_name, birth_date
),

by_decade as (
    select
        last_name,
        first_name,
        decade,
        count(*) as birth_dates
    from birth_dates_of_name
    group by last_name, first_name, decade
),

-- a namesake of one birth date is as likely as the name is frequent at that age: names come and go
of_name as (
    select
        last_name,
        first_name,
        decade,
        greatest(7 * birth_dates, sum(birth_dates) over (partition by last_name, first_name)) as birth_dates
    from by_decade
),

pool_size as (
    select sum(records) as records from birth_dates_of_name
),

-- in a larger pool more strangers share a name and a date, and more right links would wait for a reviewer: measured on
-- pools of 100,000 to a million records, this power keeps both small
limits as (
    select run_context.common_name_limit * power(greatest(1, pool_size.records / 100000.0), 0.75) as birth_dates
    from run_context
    cross join pool_size
),

common as (
    select
        of_name.last_name,
        of_name.first_name,
        cast(of_name.decade as integer) as decade,
        cast(of_name.birth_dates as integer) as birth_dates
    from of_name
    cross join limits
    where of_name.birth_dates > limits.birth_dates
)

select * from common
