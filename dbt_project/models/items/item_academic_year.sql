with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

settings as (
    select ay_start from {{ ref('stg_item_settings') }}
),

begun as (
    select {{ academic_year_start('run_context.as_at', 'settings.ay_start') }} as year_start
    from run_context
    cross join settings
),

named as (
    select
        {{ academic_year_name('year_start') }} as academic_year,
        extract(year from year_start)::integer as start_year,
        year_start
    from begun
)

select * from named
