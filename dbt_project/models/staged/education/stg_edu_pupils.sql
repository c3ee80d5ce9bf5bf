with

delivered as (
    select * from {{ source('raw', 'edu_pupils') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_text('delivered.upn') }} as upn,
        {{ staged_text('delivered.former_upn') }} as former_upn,
        {{ staged_text('delivered.uln') }} as uln,
        {{ staged_text('delivered.legal_first_name') }} as legal_first_name,
        {{ staged_text('delivered.legal_last_name') }} as legal_last_name,
        {{ staged_text('delivered.preferred_first_name') }} as preferred_first_name,
        {{ staged_text('delivered.preferred_last_name') }} as preferred_last_name,
        {{ staged_text('delivered.former_last_name') }} as former_last_name,
        {{ staged_date('delivered.date_of_birth') }} as date_of_birth,
        {{ staged_text('delivered.sex') }} as sex,
        {{ staged_text('delivered.ethnicity') }} as ethnicity,
        {{ staged_text('delivered.nhs_number') }} as nhs_number,
        {{ staged_text('delivered.social_care_id') }} as social_care_id,
        {{ staged_text('delivered.laestab') }} as laestab,
        {{ staged_text('delivered.enrol_status') }} as enrol_status,
        {{ staged_date('delivered.entry_date') }} as entry_date,
        {{ staged_date('delivered.leaving_date') }} as leaving_date,
        {{ staged_text('delivered.sen_provision') }} as sen_provision,
        {{ staged_text('delivered.address_line_1') }} as address_line_1,
        {{ staged_text('delivered.address_line_2') }} as address_line_2,
        {{ staged_text('delivered.town') }} as town,
        {{ staged_text('delivered.postcode') }} as postcode,
        {{ staged_text('delivered.uprn') }} as uprn,
        {{ staged_number('delivered.sessions_possible') }} as sessions_possible,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
