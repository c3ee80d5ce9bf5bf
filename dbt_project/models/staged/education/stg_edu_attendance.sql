with

delivered as (
    select * from {{ source('raw', 'edu_attendance') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_text('delivered.laestab') }} as laestab,
        {{ staged_text('delivered.academic_year') }} as academic_year,
        {{ staged_text('delivered.period') }} as period,
        {{ staged_text('delivered.attendance_code') }} as attendance_code,
        {{ staged_number('delivered.sessions') }} as sessions,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
