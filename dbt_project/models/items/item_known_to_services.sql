with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

identities as (
    select * from {{ ref('item_identity') }}
),

involvements as (
    select * from {{ ref('item_open_involvements') }}
),

education_plans as (
    select * from {{ ref('item_education_plan') }}
),

referrals as (
    {{ current_rows('stg_csc_referrals') }}
),

need_plans as (
    {{ current_rows('stg_csc_cin_plans') }}
),

protection_plans as (
    {{ current_rows('stg_csc_cp_plans') }}
),

care_episodes as (
    {{ current_rows('stg_csc_cla_episodes') }}
),

adult_events as (
    {{ current_rows('stg_asc_events') }}
),

education_requests as (
    {{ current_rows('stg_edu_sen') }}
),

service_feeds as (
    select * from {{ ref('service_feeds') }}
),

coverage as (
    select * from {{ ref('item_feed_coverage') }}
),

work as (
    select
        partner,
        person_id,
        referral_date as start_date,
        closure_date as end_date
    from referrals
    union all
    select
        partner,
        person_id,
        start_date,
        end_date
    from need_plans
    union all
    select
        partner,
        person_id,
        start_date,
        end_date
    from protection_plans
    where not coalesce(held_by_other_la, false)
    union all
    select
        partner,
        person_id,
        start_date,
        end_date
    from care_episodes
    union all
    select
        partner,
        person_id,
        start_date,
        end_date
    from adult_events
    where lower(event_type) = 'service'
    union all
    -- a plan that is only asked for has no first day yet
    select
        partner,
        person_id,
        null::date as start_date,
        plan_ceased as end_date
    from education_requests
),

known_people as (
    select linked_records.person_key
    from linked_records
    inner join work
        on
            linked_records.partner = work.partner
            and linked_records.record_id = work.person_id
    cross join run_context
    where {{ open_at_if_started('work.start_date', 'work.end_date', 'run_context.as_at') }}
    union -- the same person may be known in many ways
    select person_key from involvements
    union
    select person_key from education_plans
    where has_ehcp = 'Y'
),

-- Every service for the person's age has to have been asked; without a birth date, every service there is.
enquiries as (
    select
        identities.person_key,
        bool_and(coalesce(coverage.is_covered, false)) as is_complete
    from identities
    cross join run_context
    inner join service_feeds
        on
            identities.date_of_birth is null
            or (
                {{ birthday('identities.date_of_birth', 'service_feeds.serves_from_age') }} <= run_context.as_at
                and {{ birthday('identities.date_of_birth', 'service_feeds.serves_until_age') }} > run_context.as_at
            )
    left outer join coverage
        on
            identities.person_key = coverage.person_key
            and service_feeds.extract = coverage.extract
    group by identities.person_key
),

flagged as (
    select
        identities.person_key,
        {{ flag('known_people.person_key is not null', 'enquiries.is_complete') }} as is_known_to_services
    from identities
    left outer join known_people on identities.person_key = known_people.person_key
    left outer join enquiries on identities.person_key = enquiries.person_key
)

select * from flagged
