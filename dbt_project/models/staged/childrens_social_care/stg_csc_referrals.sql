with

delivered as (
    select * from {{ source('raw', 'csc_referrals') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.referral_id') }} as referral_id,
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_date('delivered.referral_date') }} as referral_date,
        {{ staged_text('delivered.primary_need') }} as primary_need,
        {{ staged_date('delivered.closure_date') }} as closure_date,
        {{ staged_text('delivered.closure_reason') }} as closure_reason,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
