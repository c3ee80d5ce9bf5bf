with

delivered as (
    select * from {{ source('raw', 'edu_sen') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.plan_id') }} as plan_id,
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_date('delivered.plan_start') }} as plan_start,
        {{ staged_date('delivered.plan_ceased') }} as plan_ceased,
        {{ staged_text('delivered.need_type') }} as need_type,
        {{ staged_number('delivered.need_rank') }} as need_rank,
        {{ staged_text('delivered.caseworker') }} as caseworker,
        {{ staged_text('delivered.team') }} as team,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
