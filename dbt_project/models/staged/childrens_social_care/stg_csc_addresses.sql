with

delivered as (
    select * from {{ source('raw', 'csc_addresses') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_text('delivered.address_type') }} as address_type,
        {{ staged_text('delivered.address_line_1') }} as address_line_1,
        {{ staged_text('delivered.address_line_2') }} as address_line_2,
        {{ staged_text('delivered.town') }} as town,
        {{ staged_text('delivered.postcode') }} as postcode,
        {{ staged_text('delivered.uprn') }} as uprn,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_date('delivered.end_date') }} as end_date,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
