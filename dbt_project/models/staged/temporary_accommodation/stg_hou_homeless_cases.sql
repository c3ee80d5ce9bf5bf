with

delivered as (
    select * from {{ source('raw', 'hou_homeless_cases') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.case_id') }} as case_id,
        {{ staged_date('delivered.application_date') }} as application_date,
        {{ staged_text('delivered.main_decision') }} as main_decision,
        {{ staged_date('delivered.prevention_start') }} as prevention_start,
        {{ staged_date('delivered.prevention_end') }} as prevention_end,
        {{ staged_date('delivered.relief_start') }} as relief_start,
        {{ staged_date('delivered.relief_end') }} as relief_end,
        {{ staged_date('delivered.main_duty_start') }} as main_duty_start,
        {{ staged_date('delivered.main_duty_end') }} as main_duty_end,
        {{ staged_text('delivered.end_reason') }} as end_reason,
        {{ staged_date('delivered.case_closed') }} as case_closed,
        {{ staged_text('delivered.officer') }} as officer,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
