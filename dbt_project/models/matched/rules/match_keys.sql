with

identities as {{ inlined() }} (
    select * from {{ ref('identity_records') }}
),

postcodes as {{ inlined() }} (
    select * from {{ ref('identity_postcodes') }}
),

partners as {{ inlined() }} (
    select * from {{ ref('stg_partners') }}
),

crowded_postcodes as (
    select * from {{ ref('crowded_postcodes') }}
),

match_rules as (
    select * from {{ ref('stg_match_rules') }}
),

-- ids mean something only in the namespace of the system that gave them
homes as {{ inlined() }} (
    select
        partner,
        case when kind = 'education' then 'education_id' else 'social_care_id' end as identifier,
        person_id_namespace
    from partners
    where kind in ('education', 'childrens_social_care', 'adult_social_care')
),

namespaces as {{ inlined() }} (
    select distinct
        identifier,
        person_id_namespace
    from homes
),

named as {{ inlined() }} (
    select
        *,
        last_name || '|' || substr(first_name, 1, 3) as name_part
    from identities
    where length(last_name) > 1 and length(first_name) > 1
),

all_keys as (
    -- schools keep a pupil's former number: another system may still hold it
    {% for rule, column in [('nhs_number', 'nhs_number'), ('upn', 'upn'), ('upn', 'former_upn')] -%}
    select
        record_key,
        partner,
        1 as tier,
        '{{ rule }}' as rule,
        {{ column }} as key,
        false as is_restricted,
        false as is_over_held
    from identities
    {{ 'where former_upn is distinct from upn' if column == 'former_upn' }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
    {% for identifier in ['social_care_id', 'education_id'] -%}
    union all
    -- a system's own id has its own namespace; an id noted elsewhere may be of any namespace of that kind
    select
        identities.record_key,
        identities.partner,
        2 as tier,
        '{{ identifier }}' as rule,
        namespaces.person_id_namespace || '|' || identities.{{ identifier }} as key,
        false as is_restricted,
        false as is_over_held
    from identities
    left join homes
        on identities.partner = homes.partner and homes.identifier = '{{ identifier }}'
    inner join namespaces
        on namespaces.identifier = '{{ identifier }}'
            and (homes.partner is null or namespaces.person_id_namespace = homes.person_id_namespace)
    {% endfor -%}
    union all
    select
        record_key,
        partner,
        3 as tier,
        'birth_date_and_name' as rule,
        {{ linkage_iso_date('birth_date') }} || '|' || name_part as key,
        is_restricted,
        false as is_over_held
    from named
    union all
    select
        named.record_key,
        named.partner,
        4 as tier,
        'postcode_and_name' as rule,
        postcodes.postcode || '|' || named.name_part as key,
        named.is_restricted,
        crowded_postcodes.postcode is not null as is_over_held
    from named
    inner join postcodes
        on named.record_key = postcodes.record_key
    left join crowded_postcodes
        on postcodes.postcode = crowded_postcodes.postcode
),

enabled_keys as (
    select all_keys.*
    from all_keys
    inner join match_rules
        on all_keys.tier = match_rules.tier
            and match_rules.enabled
    where all_keys.key is not null
)

select * from enabled_keys
