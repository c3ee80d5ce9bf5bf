with

run_context as (
    select * from {{ ref('stg_run_context') }}
),

settings as (
    select
        greatest(ta_gap_days, ta_grace_days) as kept_days,
        ta_stale_days
    from {{ ref('stg_retention_settings') }}
),

members as (
    select * from {{ ref('stg_hou_household_members') }}
),

cases as (
    select * from {{ ref('stg_hou_homeless_cases') }}
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

-- a stay is of one person: from the later of both beginnings to the earlier of both ends
placed as (
    select
        members.partner,
        members.person_id as record_id,
        true as is_temporary,
        greatest(placements.start_date, members.joined_date) as start_date,
        least(placements.end_date, members.left_date) as end_date,
        cases.case_closed
    from members
    inner join placements
        on members.partner = placements.partner
            and members.case_id = placements.case_id
            and (placements.person_id is null or placements.person_id = members.person_id)
    left join cases
        on members.partner = cases.partner
            and members.case_id = cases.case_id
),

housed as (
    select
        tenants.partner,
        tenants.person_id as record_id,
        false as is_temporary,
        greatest(tenancies.start_date, tenants.moved_in_date) as start_date,
        least(tenancies.end_date, tenants.moved_out_date) as end_date,
        cast(null as date) as case_closed
    from tenants
    cross join run_context
    inner join tenancies
        on tenants.partner = tenancies.partner
            and tenants.tenancy_id = tenancies.tenancy_id
    where run_context.hold_while = 'social_housing'
),

stays as (
    select * from placed
    union all
    select * from housed
),

-- what ended before it began never was; what begins after the date says nothing yet
begun as (
    select
        stays.*,
        run_context.as_at,
        stays.end_date is null or stays.end_date > run_context.as_at as is_open,
        stays.end_date is null and stays.case_closed <= run_context.as_at as is_overtaken
    from stays
    cross join run_context
    where stays.start_date <= run_context.as_at
        and (stays.end_date is null or stays.end_date >= stays.start_date)
),

records as (
    select
        partner,
        record_id,
        as_at,
        bool_or(is_open) as is_housed_now,
        bool_or(is_open and is_temporary) as is_in_temporary_accommodation,
        -- nobody's stay is ended because a case was closed: a person has to say so in the system that told of it
        bool_or(is_open) and not bool_or(is_open and not coalesce(is_overtaken, false)) as is_open_in_closed_case,
        max(case when is_open and is_overtaken then case_closed end) as case_closed,
        max(case when not is_open then end_date end) as last_end
    from begun
    group by partner, record_id, as_at
),

judged as (
    select
        records.partner,
        records.record_id,
        records.is_housed_now,
        records.is_in_temporary_accommodation,
        not records.is_housed_now and settings.kept_days > 0
        and records.last_end + settings.kept_days >= records.as_at as is_suspended,
        records.is_open_in_closed_case,
        records.is_open_in_closed_case
        and records.case_closed + settings.ta_stale_days <= records.as_at as is_stale,
        case when not records.is_housed_now then records.last_end end as last_end,
        -- clause RE-01: the first day on which the joint system may no longer hold the person
        case when not records.is_housed_now then records.last_end + settings.kept_days + 1 end as due_on
    from records
    cross join settings
)

select * from judged
