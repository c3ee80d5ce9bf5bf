with

methods as (
    select count(*) > 0 as are_any from {{ ref('stg_match_methods') }}
    where method in ('number_and_name', 'national_insurance_number')
),

identities as (
    select identities.*
    from {{ ref('identity_records') }} as identities
    where (select methods.are_any from methods) and not identities.is_restricted
),

postcodes as (
    select * from {{ ref('identity_postcodes') }}
),

held as (
    {% for number, rule in [
        ('nhs_number', 'number_and_name'), ('upn', 'number_and_name'), ('nino', 'national_insurance_number'),
    ] -%}
    select
        record_key,
        partner,
        '{{ rule }}' as rule,
        '{{ number }}|' || {{ number }} as number
    from identities
    where {{ number }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

by_number as (
    {{ linkage_uncrowded('held', ['number']) }}
),

shared as (
    select distinct
        one.record_key as left_record_key,
        other.record_key as right_record_key,
        one.rule
    from by_number as one
    inner join by_number as other
        on one.number = other.number
    where one.record_key < other.record_key and one.partner <> other.partner
),

same_home as (
    select distinct
        shared.left_record_key,
        shared.right_record_key
    from shared
    inner join postcodes as left_home
        on shared.left_record_key = left_home.record_key
    inner join postcodes as right_home
        on shared.right_record_key = right_home.record_key
            and left_home.postcode = right_home.postcode
),

compared as (
    select
        shared.*,
        coalesce(l.last_name = r.last_name, false) as same_last,
        coalesce(l.whole_name = r.given_name or r.whole_name = l.given_name, false) as same_first,
        coalesce({{ linkage_is_one_slip('l.first_name', 'r.first_name') }}, false) as near_first,
        coalesce({{ linkage_is_one_slip('l.last_name', 'r.last_name') }}, false) as near_last,
        coalesce(l.birth_date = r.birth_date, false) as same_date,
        coalesce({{ linkage_dates_are_close('l.birth_date', 'r.birth_date') }}, false) as near_date,
        abs(extract(year from l.birth_date) - extract(year from r.birth_date)) > 12 as is_other_age,
        same_home.left_record_key is not null as at_one_home,
        l.sex <> r.sex as is_other_sex
    from shared
    inner join identities as l
        on shared.left_record_key = l.record_key
    inner join identities as r
        on shared.right_record_key = r.record_key
    left join same_home
        on shared.left_record_key = same_home.left_record_key
            and shared.right_record_key = same_home.right_record_key
),

-- a relative may hold the number: beside it two of first name, last name, date and home have to agree, one of them a
-- name of this person or the date
proposed as (
    select
        left_record_key,
        right_record_key,
        rule
    from compared
    where
        coalesce(not is_other_age, true)
        and coalesce(not is_other_sex, true)
        and (
            (same_first and (same_last or near_last or same_date or near_date or at_one_home))
            or (near_first and (same_last or near_last) and (same_date or near_date or at_one_home))
            or (same_date and at_one_home and not same_last)
        )
)

select * from proposed
