with

delivered as (
    select * from {{ source('raw', 'asc_events') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.event_id') }} as event_id,
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_text('delivered.event_type') }} as event_type,
        {{ staged_text('delivered.client_type') }} as client_type,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_date('delivered.end_date') }} as end_date,
        {{ staged_text('delivered.primary_support_reason') }} as primary_support_reason,
        {{ staged_text('delivered.service_type') }} as service_type,
        {{ staged_text('delivered.event_outcome') }} as event_outcome,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
