with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

arrears as (
    select * from {{ ref('item_rent_arrears') }}
),

current_tenancies as (
    select * from {{ ref('item_current_tenancies') }}
),

coverage as (
    select * from {{ ref('item_feed_coverage') }}
    where extract = 'ren_arrangements'
),

arrangements as (
    {{ current_rows('stg_ren_arrangements') }}
),

people_with_open_arrangements as (
    select distinct current_tenancies.person_key -- one open arrangement is enough
    from current_tenancies
    inner join arrangements
        on
            current_tenancies.partner = arrangements.partner
            and current_tenancies.tenancy_id = arrangements.tenancy_id
    cross join run_context
    where {{ open_at('arrangements.start_date', 'arrangements.end_date', 'run_context.as_at') }}
),

flagged as (
    select
        arrears.person_key,
        case
            when arrears.is_in_rent_arrears = 'Y'
                then {{ flag('people_with_open_arrangements.person_key is not null', 'coverage.is_covered') }}
            when arrears.is_in_rent_arrears = 'N' then 'N'
        end as has_arrears_payment_plan
    from arrears
    left outer join people_with_open_arrangements on arrears.person_key = people_with_open_arrangements.person_key
    left outer join coverage on arrears.person_key = coverage.person_key
)

select * from flagged
