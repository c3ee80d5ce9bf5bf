with

delivered as (
    select * from {{ source('raw', 'edu_exclusions') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.exclusion_id') }} as exclusion_id,
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_text('delivered.laestab') }} as laestab,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_number('delivered.sessions') }} as sessions,
        {{ staged_text('delivered.category') }} as category,
        {{ staged_text('delivered.reason') }} as reason,
        {{ staged_text('delivered.status') }} as status,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
