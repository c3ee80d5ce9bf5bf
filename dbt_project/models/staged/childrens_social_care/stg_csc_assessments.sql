with

delivered as (
    select * from {{ source('raw', 'csc_assessments') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.assessment_id') }} as assessment_id,
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_date('delivered.authorised_date') }} as authorised_date,
        {{ staged_text('delivered.factors') }} as factors,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
