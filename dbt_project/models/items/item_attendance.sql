with

settings as (
    select absence_scope from {{ ref('stg_item_settings') }}
),

sessions as (
    select * from {{ ref('item_school_sessions') }}
),

current_schools as (
    select * from {{ ref('item_open_enrolments') }}
    where precedence = 1
),

-- Each school of a dual registration marks sessions at the other as not possible, so adding up counts none twice.
scoped as (
    select sessions.*
    from sessions
    cross join settings
    left outer join current_schools
        on
            sessions.person_key = current_schools.person_key
            and sessions.partner = current_schools.partner
            and sessions.laestab = current_schools.laestab
    where settings.absence_scope = 'all_schools' or current_schools.person_key is not null
),

summed as (
    select
        person_key,
        sum(absent) as absent,
        sum(late) as late,
        case when not bool_or(is_unknown) then sum(possible) end as possible
    from scoped
    group by person_key
),

-- round() of a numeric takes halves away from zero, which is upwards here.
rated as (
    select
        person_key,
        case when possible > 0 then round(100 * absent / possible, 1) end::numeric(4, 1) as total_absence_percent,
        case when possible > 0 then round(100 * late / possible, 1) end::numeric(4, 1) as lateness_percent
    from summed
)

select * from rated
