with

delivered as (
    select * from {{ source('raw', 'ren_actions') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.action_id') }} as action_id,
        {{ staged_text('delivered.tenancy_id') }} as tenancy_id,
        {{ staged_text('delivered.action_code') }} as action_code,
        {{ staged_date('delivered.action_date') }} as action_date,
        {{ staged_date('delivered.cleared_date') }} as cleared_date,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
