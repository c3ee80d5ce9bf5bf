with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where kind = 'childrens_social_care'
),

coverage as (
    select * from {{ ref('item_feed_coverage') }}
    where extract = 'csc_cp_plans'
),

persons as (
    select * from {{ ref('stg_csc_persons') }}
),

plans as (
    {{ current_rows('stg_csc_cp_plans') }}
),

-- Without a birth date the open plan itself says that this is a child.
children_on_plans as (
    select distinct linked_records.person_key -- two open plans are still one child
    from linked_records
    inner join plans
        on
            linked_records.partner = plans.partner
            and linked_records.record_id = plans.person_id
    inner join persons
        on
            linked_records.partner = persons.partner
            and linked_records.record_id = persons.person_id
    cross join run_context
    where
        {{ open_at('plans.start_date', 'plans.end_date', 'run_context.as_at') }}
        and not coalesce(plans.held_by_other_la, false)
        and (persons.date_of_birth is null or {{ birthday('persons.date_of_birth', 18) }} > run_context.as_at)
),

flagged as (
    select
        coverage.person_key,
        {{ flag('children_on_plans.person_key is not null', 'coverage.is_covered') }} as has_child_protection_plan
    from coverage
    left outer join children_on_plans on coverage.person_key = children_on_plans.person_key
)

select * from flagged
