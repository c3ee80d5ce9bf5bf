with

source as (
    select * from {{ source('agreement', 'retention_rules') }}
),

copied as (
    select
        rule,
        domain,
        trigger_event,
        note,
        period_years,
        period_days
    from source
)

select * from copied
