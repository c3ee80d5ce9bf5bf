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
    where (select methods.are_any from methods)
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
default_dates as (
    {% for rows, field in [('homes', 'postcode'), ('identities', 'first_name'), ('identities', 'last_name')] -%}
    select crowds.birth_date
    from ({{ linkage_crowds(rows, ['birth_date', field]) }}) as crowds
    {{ 'union distinct' if not loop.last }}
    {% endfor %}
)

select * from default_dates
