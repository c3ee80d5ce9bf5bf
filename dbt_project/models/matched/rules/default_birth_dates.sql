with

methods as (
    select count(*) > 0 as are_any from {{ ref('stg_match_methods') }}
),

identities as (
    select
        identities.record_key,
        identities.partner,
        identities.last_name,
        identities.first_name,
        identities.birth_date
    from {{ ref('identity_records') }} as identities
    where (select methods.are_any from methods) and identities.birth_date is not null
),

homes as (
    select
        identities.*,
        postcodes.postcode
    from identities
    inner join {{ ref('identity_postcodes') }} as postcodes
        on identities.record_key = postcodes.record_key
),

-- no system knows fifty people of one birth date and one name, or one home: it writes that date where it knows none
crowded as (
    {% for rows, field in [('homes', 'postcode'), ('identities', 'first_name'), ('identities', 'last_name')] -%}
    select birth_date
    from {{ rows }}
    where {{ field }} is not null
    group by partner, birth_date, {{ field }}
    having count(*) > {{ linkage_crowd() }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

default_dates as (
    select distinct birth_date from crowded
)

select * from default_dates
