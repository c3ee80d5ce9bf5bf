with

methods as (
    select count(*) > 0 as are_any from {{ ref('stg_match_methods') }}
    where method = 'preferred_or_former_name'
),

persons as (
    {% for system in [
        'hou_household_members', 'ren_tenants', 'csc_persons', 'asc_persons', 'edu_pupils',
    ] -%}
    select
        partner || '|' || person_id as record_key,
        legal_first_name,
        legal_last_name,
        preferred_first_name,
        preferred_last_name,
        former_last_name
    from {{ ref('stg_' ~ system) }}
    where coalesce(preferred_first_name, preferred_last_name, former_last_name) is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

identities as (
    select * from {{ ref('identity_records') }}
),

first_names as (
    select * from {{ ref('linkage_first_names') }}
),

-- what a system leaves out of a preferred name is as in the legal one; without the method's approval nothing is kept
named as (
    select
        persons.record_key,
        coalesce(persons.preferred_first_name, persons.legal_first_name) as first_name,
        coalesce(persons.preferred_last_name, persons.legal_last_name) as last_name
    from persons
    cross join methods
    where methods.are_any and coalesce(persons.preferred_first_name, persons.preferred_last_name) is not null
    union all
    select
        persons.record_key,
        persons.legal_first_name as first_name,
        persons.former_last_name as last_name
    from persons
    cross join methods
    where methods.are_any and persons.former_last_name is not null
),

cleaned as {{ written_out() }} (
    select
        record_key,
        {{ normalise_name('last_name') }} as last_name,
        {{ normalise_name('first_name') }} as first_name,
        {{ normalise_given_name('first_name') }} as given_name
    from named
),

other_names as (
    select distinct
        identities.record_key,
        identities.partner,
        cleaned.last_name,
        cleaned.first_name,
        coalesce(whole_name.first_name, cleaned.first_name) as whole_name,
        coalesce(given_name.first_name, cleaned.given_name, whole_name.first_name, cleaned.first_name) as given_name
    from cleaned
    inner join identities
        on cleaned.record_key = identities.record_key
    left join first_names as whole_name
        on cleaned.first_name = whole_name.spelling
    left join first_names as given_name
        on cleaned.given_name = given_name.spelling
    where
        cleaned.last_name is not null
        and cleaned.first_name is not null
        and (
            cleaned.last_name is distinct from identities.last_name
            or cleaned.first_name is distinct from identities.first_name
        )
)

select * from other_names
