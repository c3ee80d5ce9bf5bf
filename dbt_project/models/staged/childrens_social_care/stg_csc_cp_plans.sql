with

delivered as (
    select * from {{ source('raw', 'csc_cp_plans') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.plan_id') }} as plan_id,
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_date('delivered.end_date') }} as end_date,
        {{ staged_text('delivered.initial_category') }} as initial_category,
        {{ staged_text('delivered.latest_category') }} as latest_category,
        {{ staged_boolean('delivered.held_by_other_la') }} as held_by_other_la,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
