with

source_records as (
    {% for system in [
        'hou_household_members', 'ren_tenants', 'csc_persons', 'asc_persons', 'edu_pupils',
    ] -%}
    select * from {{ ref('identity_' ~ system) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

keyed as (
    select
        partner || '|' || record_id as record_key,
        source_records.*
    from source_records
)

select * from keyed
