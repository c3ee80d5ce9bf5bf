with

identities as {{ inlined() }} (
    select
        partner,
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
    select run_context.common_name_limit * power(greatest(1, pool_size.records / 100000.0), 0.55) as birth_dates
    from run_context
    cross join pool_size
),

-- so rare a name that it cannot have dates enough is left out at once; two dates are not many in any pool
frequent_names as (
    select
        identities.last_name,
        identities.first_name
    from identities
    group by last_name, first_name
    having count(*) > 2 and 14 * count(*) > (select limits.birth_dates from limits)
),

birth_dates_of_name as (
    select
        identities.last_name,
        identities.first_name,
        identities.birth_date,
        floor(extract(year from identities.birth_date) / 10) as decade,
        min(identities.partner) = max(identities.partner) as is_in_one_system
    from identities
    inner join frequent_names
        on identities.last_name = frequent_names.last_name
            and identities.first_name = frequent_names.first_name
    group by identities.last_name, identities.first_name, identities.birth_date
),

by_decade as (
    select
        last_name,
        first_name,
        decade,
        count(*) as birth_dates,
        sum(case when is_in_one_system then 1 else 0 end) as in_one_system
    from birth_dates_of_name
    group by last_name, first_name, decade
),

-- strangers meet where many stand in one system alone, and right links where few do: the one grows with the square of
-- that share, the other with what is left of it. A decade of few dates is taken to be like all of them
totals as (
    select cast(sum(in_one_system) as numeric) / sum(birth_dates) as share from by_decade
),

shares as (
    select
        by_decade.decade,
        greatest(0.01, totals.share) as of_all,
        (sum(by_decade.in_one_system) + 100 * totals.share) / (sum(by_decade.birth_dates) + 100) as of_decade
    from by_decade
    cross join totals
    group by by_decade.decade, totals.share
),

weights as (
    select
        decade,
        least(2, greatest(
            0.25, of_decade * of_decade / (1.02 - of_decade) * (1.02 - of_all) / (of_all * of_all)
        )) as weight
    from shares
),

at_all_ages as (
    select
        *,
        sum(birth_dates) over (partition by last_name, first_name) as dates
    from by_decade
),

-- a namesake of one birth date is as likely as the name is frequent at that age: names come and go
of_name as (
    select
        at_all_ages.last_name,
        at_all_ages.first_name,
        at_all_ages.decade,
        at_all_ages.dates,
        weights.weight * greatest(7 * at_all_ages.birth_dates, at_all_ages.dates) as birth_dates
    from at_all_ages
    inner join weights
        on at_all_ages.decade = weights.decade
),

common as (
    select
        of_name.last_name,
        of_name.first_name,
        cast(of_name.decade as integer) as decade,
        cast(of_name.birth_dates as integer) as birth_dates,
        of_name.birth_dates > 4 * limits.birth_dates as is_very_common
    from of_name
    cross join limits
    where of_name.dates > 2 and of_name.birth_dates > limits.birth_dates
)

select * from common
