with

methods as (
    select count(*) > 0 as are_any from {{ ref('stg_match_methods') }}
),

-- without an approved method nothing is read at all; a restricted record is proposed by no method
identities as (
    select
        identities.record_key,
        identities.partner,
        identities.last_name,
        identities.first_name,
        identities.whole_name,
        identities.given_name,
        identities.sex,
        identities.birth_date
    from {{ ref('identity_records') }} as identities
    left join {{ ref('default_birth_dates') }} as default_birth_dates
        on identities.birth_date = default_birth_dates.birth_date
    where
        (select methods.are_any from methods)
        and default_birth_dates.birth_date is null
        and not identities.is_restricted
        and identities.last_name is not null
        and identities.first_name is not null
        and identities.birth_date is not null
),

short_names as (
    select * from {{ ref('linkage_short_names') }}
),

homes as (
    select
        identities.*,
        postcodes.postcode
    from identities
    inner join {{ ref('identity_postcodes') }} as postcodes
        on identities.record_key = postcodes.record_key
),

met as (
    select
        one.record_key as left_record_key,
        other.record_key as right_record_key,
        1 as shares_postcode
    from homes as one
    inner join homes as other
        on one.birth_date = other.birth_date
            and one.postcode = other.postcode
    where one.record_key < other.record_key and one.partner <> other.partner
    {% for left_name, right_name in [
        ('first_name', 'first_name'), ('last_name', 'last_name'), ('first_name', 'last_name'),
    ] -%}
    union all
    select
        case when one.record_key < other.record_key then one.record_key else other.record_key end as left_record_key,
        case when one.record_key < other.record_key then other.record_key else one.record_key end as right_record_key,
        0 as shares_postcode
    from identities as one
    inner join identities as other
        on one.birth_date = other.birth_date
            and one.{{ left_name }} = other.{{ right_name }}
    where
        one.partner <> other.partner
        {% if left_name == right_name -%}
        and one.record_key < other.record_key
        {% endif -%}
        -- 1 January alone says too little
        and not {{ linkage_is_new_year('one.birth_date') }}
    {% endfor %}
),

paired as (
    select
        left_record_key,
        right_record_key,
        max(shares_postcode) = 1 as shares_postcode
    from met
    group by left_record_key, right_record_key
),

pairs as (
    select
        paired.left_record_key,
        paired.right_record_key,
        paired.shares_postcode,
        l.last_name as left_last_name,
        r.last_name as right_last_name,
        l.first_name as left_first_name,
        r.first_name as right_first_name,
        l.whole_name = r.given_name
        or r.whole_name = l.given_name
        or left_short.short_form is not null
        or right_short.short_form is not null as is_one_first_name,
        coalesce(l.sex <> r.sex, false) as is_other_sex,
        l.birth_date
    from paired
    inner join identities as l
        on paired.left_record_key = l.record_key
    inner join identities as r
        on paired.right_record_key = r.record_key
    left join short_names as left_short
        on l.given_name = left_short.short_form and r.given_name = left_short.first_name
    left join short_names as right_short
        on r.given_name = right_short.short_form and l.given_name = right_short.first_name
    where l.last_name <> r.last_name or l.first_name <> r.first_name
)

select * from pairs
