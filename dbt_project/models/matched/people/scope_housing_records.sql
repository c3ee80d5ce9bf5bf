with

run_context as (
    select * from {{ ref('stg_run_context') }}
),

members as (
    select * from {{ ref('stg_hou_household_members') }}
),

placements as (
    select * from {{ ref('stg_hou_ta_placements') }}
),

tenants as (
    select * from {{ ref('stg_ren_tenants') }}
),

tenancies as (
    select * from {{ ref('stg_ren_tenancies') }}
),

-- open at a date: begun on or before it and not ended by it
people_placed as (
    select distinct
        members.partner,
        members.person_id as record_id
    from members
    cross join run_context
    inner join placements
        on members.partner = placements.partner
            and members.case_id = placements.case_id
            and (placements.person_id is null or placements.person_id = members.person_id)
    where
        (members.joined_date is null or members.joined_date <= run_context.as_at)
        and (members.left_date is null or members.left_date > run_context.as_at)
        and placements.start_date <= run_context.as_at
        and (placements.end_date is null or placements.end_date > run_context.as_at)
),

people_housed as (
    select distinct
        tenants.partner,
        tenants.person_id as record_id
    from tenants
    cross join run_context
    inner join tenancies
        on tenants.partner = tenancies.partner
            and tenants.tenancy_id = tenancies.tenancy_id
    where
        run_context.hold_while = 'social_housing'
        and (tenants.moved_in_date is null or tenants.moved_in_date <= run_context.as_at)
        and (tenants.moved_out_date is null or tenants.moved_out_date > run_context.as_at)
        and tenancies.start_date <= run_context.as_at
        and (tenancies.end_date is null or tenancies.end_date > run_context.as_at)
),

in_scope as (
    select
        partner,
        record_id,
        true as is_in_temporary_accommodation
    from people_placed
    union all
    select
        partner,
        record_id,
        false as is_in_temporary_accommodation
    from people_housed
)

select * from in_scope
