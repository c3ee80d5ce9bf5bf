with

delivered as (
    select * from {{ source('raw', 'ren_arrangements') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.arrangement_id') }} as arrangement_id,
        {{ staged_text('delivered.tenancy_id') }} as tenancy_id,
        {{ staged_text('delivered.agreement_code') }} as agreement_code,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_date('delivered.end_date') }} as end_date,
        {{ staged_number('delivered.amount') }} as amount,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
