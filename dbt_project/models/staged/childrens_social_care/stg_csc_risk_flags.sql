with

delivered as (
    select * from {{ source('raw', 'csc_risk_flags') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.flag_id') }} as flag_id,
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_text('delivered.flag_type') }} as flag_type,
        {{ staged_text('delivered.level') }} as level,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_date('delivered.end_date') }} as end_date,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
