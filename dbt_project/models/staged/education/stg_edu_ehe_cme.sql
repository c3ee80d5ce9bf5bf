with

delivered as (
    select * from {{ source('raw', 'edu_ehe_cme') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.record_id') }} as record_id,
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_text('delivered.status') }} as status,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_date('delivered.end_date') }} as end_date,
        {{ staged_text('delivered.officer') }} as officer,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
