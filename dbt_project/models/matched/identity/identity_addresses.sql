with

members as {{ inlined() }} (
    select * from {{ ref('stg_hou_household_members') }}
),

placements as (
    select * from {{ ref('stg_hou_ta_placements') }}
),

tenants as {{ inlined() }} (
    select * from {{ ref('stg_ren_tenants') }}
),

tenancies as (
    select * from {{ ref('stg_ren_tenancies') }}
),

-- the whole household stays where the placement names nobody
placed as (
    select
        members.partner,
        members.person_id as record_id,
        placements.postcode
    from members
    inner join placements
        on members.partner = placements.partner
            and members.case_id = placements.case_id
            and (placements.person_id is null or placements.person_id = members.person_id)
),

housed as (
    select
        tenants.partner,
        tenants.person_id as record_id,
        tenancies.postcode
    from tenants
    inner join tenancies
        on tenants.partner = tenancies.partner
            and tenants.tenancy_id = tenancies.tenancy_id
),

recorded as (
    {% for system in ['csc_addresses', 'asc_persons', 'edu_pupils'] -%}
    select
        partner,
        person_id as record_id,
        postcode
    from {{ ref('stg_' ~ system) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

addresses as (
    select * from placed
    union all
    select * from housed
    union all
    select * from recorded
),

keyed as (
    select distinct -- a system may hold one address several times
        partner || '|' || record_id as record_key,
        addresses.*
    from addresses
    where postcode is not null
)

select * from keyed
