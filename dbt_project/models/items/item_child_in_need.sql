with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

settings as (
    select cin_basis from {{ ref('stg_item_settings') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where kind = 'childrens_social_care'
),

feed_coverage as (
    select * from {{ ref('item_feed_coverage') }}
),

plans as (
    {{ current_rows('stg_csc_cin_plans') }}
),

referrals as (
    {{ current_rows('stg_csc_referrals') }}
),

needs as (
    select
        partner,
        person_id,
        'plan' as basis,
        start_date,
        end_date
    from plans
    union all
    select
        partner,
        person_id,
        'episode' as basis,
        referral_date as start_date,
        closure_date as end_date
    from referrals
),

coverage as (
    select feed_coverage.*
    from feed_coverage
    inner join settings
        on
            feed_coverage.extract
            = case settings.cin_basis when 'episode' then 'csc_referrals' else 'csc_cin_plans' end
),

children_in_need as (
    select distinct linked_records.person_key -- two open plans are still one child
    from linked_records
    inner join needs
        on
            linked_records.partner = needs.partner
            and linked_records.record_id = needs.person_id
    inner join settings on needs.basis = settings.cin_basis
    cross join run_context
    where {{ open_at('needs.start_date', 'needs.end_date', 'run_context.as_at') }}
),

flagged as (
    select
        coverage.person_key,
        {{ flag('children_in_need.person_key is not null', 'coverage.is_covered') }} as is_child_in_need
    from coverage
    left outer join children_in_need on coverage.person_key = children_in_need.person_key
)

select * from flagged
