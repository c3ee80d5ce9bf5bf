with

delivered as (
    select * from {{ source('raw', 'ren_balances') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.tenancy_id') }} as tenancy_id,
        {{ staged_number('delivered.balance') }} as balance,
        {{ staged_date('delivered.balance_date') }} as balance_date,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
