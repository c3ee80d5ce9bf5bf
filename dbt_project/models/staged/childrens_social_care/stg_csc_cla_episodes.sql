with

delivered as (
    select * from {{ source('raw', 'csc_cla_episodes') }}
),

signed_partners as (
    select partner from {{ ref('stg_partners') }}
),

typed as (
    select
        {{ staged_text('delivered.episode_id') }} as episode_id,
        {{ staged_text('delivered.person_id') }} as person_id,
        {{ staged_date('delivered.start_date') }} as start_date,
        {{ staged_date('delivered.end_date') }} as end_date,
        {{ staged_text('delivered.legal_status') }} as legal_status,
        {{ staged_text('delivered.category_of_need') }} as category_of_need,
        {{ staged_text('delivered.placement_type') }} as placement_type,
        delivered.partner,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    inner join signed_partners on delivered.partner = signed_partners.partner
)

select * from typed
