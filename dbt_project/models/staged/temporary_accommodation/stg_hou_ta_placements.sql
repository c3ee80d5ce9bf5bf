with

delivered as (
    select * from {{ source('raw', 'hou_ta_placements') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.placement_id') }} as placement_id,
        {{ staged_text('delivered.case_id') }} as case_id,
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_text('delivered.ta_type') }} as ta_type,
        {{ staged_text('delivered.duty') }} as duty,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_date('delivered.end_date') }} as end_date,
        {{ staged_text('delivered.exit_reason') }} as exit_reason,
        {{ staged_text('delivered.address_line_1') }} as address_line_1,
        {{ staged_text('delivered.address_line_2') }} as address_line_2,
        {{ staged_text('delivered.town') }} as town,
        {{ staged_text('delivered.postcode') }} as postcode,
        {{ staged_text('delivered.uprn') }} as uprn,
        {{ staged_boolean('delivered.out_of_area') }} as out_of_area,
        {{ staged_text('delivered.receiving_la') }} as receiving_la,
        {{ staged_boolean('delivered.refuge') }} as refuge,
        {{ staged_number('delivered.nightly_cost') }} as nightly_cost,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
