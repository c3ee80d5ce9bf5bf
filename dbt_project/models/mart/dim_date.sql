with

run_context as (
    select
        publish_id,
        as_at,
        -- Shifted by eight months, a calendar year is an academic year.
        extract(year from as_at - interval '8 months')::integer as academic_year_start
    from {{ ref('stg_run_context') }}
),

days as (
    select
        calendar.day::date as calendar_date,
        run_context.as_at,
        run_context.publish_id
    from run_context
    cross join lateral generate_series(
        make_date(run_context.academic_year_start - 2, 9, 1),
        make_date(run_context.academic_year_start + 1, 8, 31),
        interval '1 day'
    ) as calendar (day)
),

described as (
    select
        calendar_date,
        extract(year from calendar_date)::integer as calendar_year,
        extract(month from calendar_date)::integer as month_number,
        to_char(calendar_date, 'FMMonth') as month_name,
        to_char(calendar_date - interval '8 months', 'YYYY') || '/'
        || to_char(calendar_date + interval '4 months', 'YY') as academic_year,
        calendar_date = as_at as is_as_at,
        publish_id
    from days
)

select * from described
