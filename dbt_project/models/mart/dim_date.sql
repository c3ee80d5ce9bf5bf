with

run_context as (
    select
        publish_id,
        as_at
    from {{ ref('stg_run_context') }}
),

settings as (
    select ay_start from {{ ref('stg_item_settings') }}
),

current_year as (
    select year_start from {{ ref('item_academic_year') }}
),

days as (
    select
        calendar.day::date as calendar_date,
        run_context.as_at,
        settings.ay_start,
        run_context.publish_id
    from run_context
    cross join settings
    cross join current_year
    cross join lateral generate_series(
        current_year.year_start - interval '2 years',
        current_year.year_start + interval '1 year' - interval '1 day',
        interval '1 day'
    ) as calendar (day)
),

dated as (
    select
        days.*,
        {{ academic_year_start('calendar_date', 'ay_start') }} as year_start
    from days
),

described as (
    select
        calendar_date,
        extract(year from calendar_date)::integer as calendar_year,
        extract(month from calendar_date)::integer as month_number,
        to_char(calendar_date, 'FMMonth') as month_name,
        {{ academic_year_name('year_start') }} as academic_year,
        calendar_date = as_at as is_as_at,
        publish_id
    from dated
)

select * from described
