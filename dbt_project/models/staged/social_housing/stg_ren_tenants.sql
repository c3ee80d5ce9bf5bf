with

delivered as (
    select * from {{ source('raw', 'ren_tenants') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_text('delivered.tenancy_id') }} as tenancy_id,
        {{ staged_boolean('delivered.is_main_tenant') }} as is_main_tenant,
        {{ staged_text('delivered.legal_first_name') }} as legal_first_name,
        {{ staged_text('delivered.legal_last_name') }} as legal_last_name,
        {{ staged_text('delivered.preferred_first_name') }} as preferred_first_name,
        {{ staged_text('delivered.preferred_last_name') }} as preferred_last_name,
        {{ staged_text('delivered.former_last_name') }} as former_last_name,
        {{ staged_date('delivered.date_of_birth') }} as date_of_birth,
        {{ staged_text('delivered.gender') }} as gender,
        {{ staged_text('delivered.nino') }} as nino,
        {{ staged_text('delivered.nhs_number') }} as nhs_number,
        {{ staged_text('delivered.social_care_id') }} as social_care_id,
        {{ staged_text('delivered.education_id') }} as education_id,
        {{ staged_date('delivered.moved_in_date') }} as moved_in_date,
        {{ staged_date('delivered.moved_out_date') }} as moved_out_date,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
