with

identities as (
    select identities.*
    from {{ ref('identity_records') }} as identities
    left join {{ ref('default_birth_dates') }} as default_birth_dates
        on identities.birth_date = default_birth_dates.birth_date
    where default_birth_dates.birth_date is null and not identities.is_restricted
),

other_names as (
    select * from {{ ref('identity_other_names') }}
),

postcodes as (
    select * from {{ ref('identity_postcodes') }}
),

common_names as (
    select * from {{ ref('common_names') }}
),

-- the legal name of the one is a preferred or former name of the other, and their legal names differ
met as (
    select distinct
        holder.record_key as holder_key,
        named.record_key as named_key,
        common_names.last_name is not null or {{ linkage_is_new_year('holder.birth_date') }} as says_little
    from other_names
    inner join identities as holder
        on other_names.record_key = holder.record_key
    inner join identities as named
        on holder.birth_date = named.birth_date
            and other_names.last_name = named.last_name
    left join common_names
        on named.last_name = common_names.last_name
            and named.first_name = common_names.first_name
            and floor(extract(year from named.birth_date) / 10) = common_names.decade
    where
        holder.partner <> named.partner
        and (other_names.whole_name = named.given_name or other_names.given_name = named.whole_name)
        and (holder.last_name <> named.last_name or holder.first_name <> named.first_name)
        and coalesce(holder.sex = named.sex, true)
),

same_home as (
    select distinct
        met.holder_key,
        met.named_key
    from met
    inner join postcodes as holder_home
        on met.holder_key = holder_home.record_key
    inner join postcodes as named_home
        on met.named_key = named_home.record_key
            and holder_home.postcode = named_home.postcode
),

-- a name that many bear, or the birth date of many, needs one home beside it
proposed as (
    select distinct
        case when met.holder_key < met.named_key then met.holder_key else met.named_key end as left_record_key,
        case when met.holder_key < met.named_key then met.named_key else met.holder_key end as right_record_key,
        'preferred_or_former_name' as rule
    from met
    left join same_home
        on met.holder_key = same_home.holder_key
            and met.named_key = same_home.named_key
    where not met.says_little or same_home.holder_key is not null
)

select * from proposed
