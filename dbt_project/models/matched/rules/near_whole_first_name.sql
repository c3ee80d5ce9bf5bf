with

methods as (
    select count(*) > 0 as are_any from {{ ref('stg_match_methods') }}
    where method = 'whole_first_name'
),

identities as (
    select
        identities.record_key,
        identities.partner,
        identities.last_name,
        identities.first_name,
        identities.birth_date
    from {{ ref('identity_records') }} as identities
    left join {{ ref('default_birth_dates') }} as default_birth_dates
        on identities.birth_date = default_birth_dates.birth_date
    where
        (select methods.are_any from methods)
        and default_birth_dates.birth_date is null
        and not identities.is_restricted
        and length(identities.last_name) > 1
        and length(identities.first_name) > 3
        and identities.birth_date is not null
),

-- twins whose names begin alike, Jack and Jacob, share the key of tier 3: it is ambiguous although neither of them is
begin_alike as (
    select distinct
        last_name,
        birth_date,
        first_three
    from (
        select
            partner,
            last_name,
            birth_date,
            substr(first_name, 1, 3) as first_three
        from identities
        group by partner, last_name, birth_date, substr(first_name, 1, 3)
        having min(first_name) <> max(first_name)
    ) as of_partner
),

twins as (
    select identities.*
    from identities
    inner join begin_alike
        on identities.last_name = begin_alike.last_name
            and identities.birth_date = begin_alike.birth_date
            and substr(identities.first_name, 1, 3) = begin_alike.first_three
),

proposed as (
    select
        one.record_key as left_record_key,
        other.record_key as right_record_key,
        'whole_first_name' as rule
    from twins as one
    inner join twins as other
        on one.last_name = other.last_name
            and one.first_name = other.first_name
            and one.birth_date = other.birth_date
    where one.record_key < other.record_key and one.partner <> other.partner
)

select * from proposed
