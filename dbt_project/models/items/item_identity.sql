with

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where source = 'housing'
),

scope_records as (
    select * from {{ ref('scope_housing_records') }}
),

household_members as (
    select * from {{ ref('stg_hou_household_members') }}
),

tenants as (
    select * from {{ ref('stg_ren_tenants') }}
),

salts as (
    select salt from {{ source('control', 'person_key_salt') }}
),

housing_identities as (
    select
        partner,
        person_id as record_id,
        case_id as household_id,
        legal_first_name,
        legal_last_name,
        preferred_first_name,
        preferred_last_name,
        gender,
        date_of_birth
    from household_members
    union all
    select
        partner,
        person_id as record_id,
        tenancy_id as household_id,
        legal_first_name,
        legal_last_name,
        preferred_first_name,
        preferred_last_name,
        gender,
        date_of_birth
    from tenants
),

-- One record speaks for the person: names of two systems are never blended into one.
ranked as (
    select
        linked_records.person_key,
        housing_identities.*,
        row_number() over (
            partition by linked_records.person_key
            order by
                case when linked_records.kind = 'temporary_accommodation' then 0 else 1 end,
                linked_records.partner,
                linked_records.record_id
        ) as precedence
    from linked_records
    inner join scope_records
        on
            linked_records.partner = scope_records.partner
            and linked_records.record_id = scope_records.record_id
    inner join housing_identities
        on
            linked_records.partner = housing_identities.partner
            and linked_records.record_id = housing_identities.record_id
),

identities as (
    select
        ranked.person_key,
        {{ surrogate_key('h', 'salts.salt', ['ranked.partner', 'ranked.household_id']) }} as household_key,
        ranked.partner,
        coalesce(ranked.legal_first_name, ranked.preferred_first_name) as first_name,
        coalesce(ranked.legal_last_name, ranked.preferred_last_name) as last_name,
        ranked.gender,
        ranked.date_of_birth
    from ranked
    cross join salts
    where ranked.precedence = 1
)

select * from identities
