with

delivered as (
    select * from {{ source('raw', 'csc_disabilities') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_text('delivered.disability_code') }} as disability_code,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
