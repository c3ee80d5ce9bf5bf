with

identities as {{ inlined() }} (
    select
        last_name,
        first_name,
        birth_date
    from {{ ref('identity_records') }}
    where last_name is not null and first_name is not null and birth_date is not null
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

pool_size as (
    select count(*) as records from identities
),

-- in a larger pool more strangers share a name and a date, and more right links would wait for a reviewer: measured on
-- pools of 100,000 to a million records, this power keeps both small
limits as (
    select run_context.common_name_limit * power(greatest(1, pool_size.records / 100000.0), 0.75) as birth_dates
    from run_context
    cross join pool_size
),

-- so rare a name that it cannot have dates enough is left out at once
frequent_names as (
    select
        identities.last_name,
        identities.first_name
    from identities
    cross join limits
    group by identities.last_name, identities.first_name, limits.birth_dates
    having 7 * count(*) > limits.birth_dates
),

birth_dates_of_name as (
    select distinct
        identities.last_name,
        identities.first_name,
        identities.birth_date,
        floor(extract(year from identities.birth_date) / 10) as decade
    from identities
    inner join frequent_names
        on identities.last_name = frequent_names.last_name
            and identities.first_name = frequent_names.first_name
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
