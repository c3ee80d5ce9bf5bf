with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

registered as (
    select * from {{ ref('stg_gias_schools') }}
),

establishments as (
    select
        registered.urn,
        registered.establishment_name,
        registered.postcode,
        registered.la_code || lpad(registered.establishment_number, 4, '0') as laestab,
        coalesce(registered.establishment_status_code in ('1', '3'), false)
        and (registered.close_date is null or registered.close_date > run_context.as_at) as is_open
    from registered
    cross join run_context
),

-- A school that turned academy keeps its LAESTAB under a new register number: the open life speaks, or else the last.
ranked as (
    select
        establishments.*,
        row_number()
            over (partition by establishments.laestab order by establishments.is_open desc, establishments.urn desc)
            as precedence
    from establishments
    where establishments.laestab is not null
),

schools as (
    select
        laestab,
        case when is_open then urn end as school_key,
        establishment_name as school_name,
        case when is_open then postcode end as postcode
    from ranked
    where precedence = 1
)

select * from schools
