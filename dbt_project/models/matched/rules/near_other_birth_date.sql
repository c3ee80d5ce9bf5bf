with

methods as (
    select count(*) > 0 as are_any from {{ ref('stg_match_methods') }}
    where method = 'other_birth_date'
),

homes as (
    select
        identities.record_key,
        identities.partner,
        identities.last_name,
        identities.first_name,
        identities.sex,
        identities.birth_date,
        postcodes.postcode
    from {{ ref('identity_records') }} as identities
    inner join {{ ref('identity_postcodes') }} as postcodes
        on identities.record_key = postcodes.record_key
    where (select methods.are_any from methods) and not identities.is_restricted
),

by_name_and_postcode as (
    {{ linkage_uncrowded('homes', ['last_name', 'first_name', 'postcode']) }}
),

-- one whole name at one postcode, born in one year or within a month: no generation lies between
proposed as (
    select distinct
        one.record_key as left_record_key,
        other.record_key as right_record_key,
        'other_birth_date' as rule
    from by_name_and_postcode as one
    inner join by_name_and_postcode as other
        on one.last_name = other.last_name
            and one.first_name = other.first_name
            and one.postcode = other.postcode
    where
        one.record_key < other.record_key
        and one.partner <> other.partner
        and one.birth_date <> other.birth_date
        and coalesce(one.sex = other.sex, true)
        and (
            extract(year from one.birth_date) = extract(year from other.birth_date)
            or abs(one.birth_date - other.birth_date) <= 31
            or {{ linkage_dates_are_close('one.birth_date', 'other.birth_date') }}
        )
)

select * from proposed
