with

identities as (
    select * from {{ ref('identity_records') }}
),

-- one system holds two first names under one surname and birth date: twins, as a rule
two_in_one_system as (
    select
        partner,
        last_name,
        birth_date
    from identities
    where last_name is not null and first_name is not null and birth_date is not null
    group by partner, last_name, birth_date
    having min(given_name) <> max(given_name)
),

birthdays as (
    select distinct
        last_name,
        birth_date
    from two_in_one_system
)

select * from birthdays
