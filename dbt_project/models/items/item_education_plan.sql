with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where kind = 'education'
),

coverage as (
    select * from {{ ref('item_feed_coverage') }}
    where extract = 'edu_sen'
),

needs as (
    {{ current_rows('stg_edu_sen') }}
),

enrolments as (
    select * from {{ ref('item_open_enrolments') }}
),

sen_types as (
    select * from {{ ref('sen_types') }}
),

linked_needs as (
    select
        linked_records.person_key,
        needs.plan_id,
        needs.need_rank,
        coalesce(sen_types.description, needs.need_type) as need,
        needs.plan_start,
        needs.plan_ceased
    from linked_records
    inner join needs
        on
            linked_records.partner = needs.partner
            and linked_records.record_id = needs.person_id
    left outer join sen_types on upper(needs.need_type) = sen_types.need_type
),

people_of_the_sen_team as (
    select distinct person_key from linked_needs -- a plan with two needs is still one person
),

open_plan_needs as (
    select
        linked_needs.*,
        row_number() over (
            partition by linked_needs.person_key
            order by
                case when linked_needs.need_rank = 1 and linked_needs.need is not null then 0 else 1 end,
                linked_needs.plan_start desc,
                linked_needs.plan_id asc
        ) as precedence
    from linked_needs
    cross join run_context
    where {{ open_at('linked_needs.plan_start', 'linked_needs.plan_ceased', 'run_context.as_at') }}
),

primary_needs as (
    select
        person_key,
        case when need_rank = 1 then need end as primary_need
    from open_plan_needs
    where precedence = 1
),

provisions as (
    select
        person_key,
        bool_or(sen_provision = 'E') as is_enrolled_with_plan,
        bool_or(sen_provision = 'K') as is_enrolled_with_support
    from enrolments
    group by person_key
),

-- The school's word counts only where the SEN team has none: it knows best of a plan that is due, or has ceased.
judged as (
    select
        coverage.person_key,
        coverage.is_covered,
        primary_needs.primary_need,
        primary_needs.person_key is not null as has_open_plan,
        people_of_the_sen_team.person_key is null
        and coalesce(provisions.is_enrolled_with_plan, false) as has_plan_at_school,
        coalesce(provisions.is_enrolled_with_support, false) as has_support_at_school
    from coverage
    left outer join primary_needs on coverage.person_key = primary_needs.person_key
    left outer join people_of_the_sen_team on coverage.person_key = people_of_the_sen_team.person_key
    left outer join provisions on coverage.person_key = provisions.person_key
),

described as (
    select
        person_key,
        {{ flag('has_open_plan or has_plan_at_school', 'is_covered') }} as has_ehcp,
        case
            when has_open_plan then primary_need
            when has_plan_at_school then null
            when has_support_at_school then 'SEN support'
        end as send_type
    from judged
)

select * from described
