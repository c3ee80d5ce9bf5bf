with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

settings as (
    select notice_valid_months from {{ ref('stg_item_settings') }}
),

current_tenancies as (
    select * from {{ ref('item_current_tenancies') }}
),

feeds as (
    select * from {{ ref('item_feed_coverage') }}
    where extract in ('ren_actions', 'ren_tenants', 'ren_tenancies')
),

actions as (
    {{ current_rows('stg_ren_actions') }}
),

risk_codes as (
    select * from {{ ref('eviction_risk_actions') }}
),

clearing_codes as (
    select * from {{ ref('eviction_clearing_actions') }}
),

-- A landlord whose tenancies are not current may have a tenancy at risk that nobody sees.
coverage as (
    select
        person_key,
        bool_and(is_covered) as is_covered
    from feeds
    group by person_key
),

last_cleared as (
    select
        actions.partner,
        actions.tenancy_id,
        max(actions.action_date) as cleared_on
    from actions
    inner join clearing_codes on upper(actions.action_code) = clearing_codes.action_code
    cross join run_context
    where actions.action_date <= run_context.as_at
    group by actions.partner, actions.tenancy_id
),

tenancies_at_risk as (
    select distinct -- one standing action is enough
        actions.partner,
        actions.tenancy_id
    from actions
    inner join risk_codes on upper(actions.action_code) = risk_codes.action_code
    left outer join last_cleared
        on
            actions.partner = last_cleared.partner
            and actions.tenancy_id = last_cleared.tenancy_id
    cross join run_context
    cross join settings
    where
        {{ open_at('actions.action_date', 'actions.cleared_date', 'run_context.as_at') }}
        and (last_cleared.cleared_on is null or actions.action_date > last_cleared.cleared_on)
        and (
            risk_codes.lapses = 'N'
            or (actions.action_date + make_interval(months => settings.notice_valid_months))::date
            > run_context.as_at
        )
),

people_at_risk as (
    select
        current_tenancies.person_key,
        bool_or(tenancies_at_risk.tenancy_id is not null) as is_at_risk
    from current_tenancies
    left outer join tenancies_at_risk
        on
            current_tenancies.partner = tenancies_at_risk.partner
            and current_tenancies.tenancy_id = tenancies_at_risk.tenancy_id
    group by current_tenancies.person_key
),

flagged as (
    select
        people_at_risk.person_key,
        {{ flag('people_at_risk.is_at_risk', 'coverage.is_covered') }} as is_at_risk_of_eviction
    from people_at_risk
    left outer join coverage on people_at_risk.person_key = coverage.person_key
)

select * from flagged
