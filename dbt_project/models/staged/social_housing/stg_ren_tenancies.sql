with

delivered as (
    select * from {{ source('raw', 'ren_tenancies') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.tenancy_id') }} as tenancy_id,
        {{ staged_text('delivered.tenure_type') }} as tenure_type,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_date('delivered.end_date') }} as end_date,
        {{ staged_text('delivered.address_line_1') }} as address_line_1,
        {{ staged_text('delivered.address_line_2') }} as address_line_2,
        {{ staged_text('delivered.town') }} as town,
        {{ staged_text('delivered.postcode') }} as postcode,
        {{ staged_text('delivered.uprn') }} as uprn,
        {{ staged_text('delivered.housing_officer') }} as housing_officer,
        {{ staged_text('delivered.patch') }} as patch,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
