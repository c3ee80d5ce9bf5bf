with

source as (
    select * from {{ source('agreement', 'retention_settings') }}
),

copied as (
    select
        leap_birthday,
        raw_keep_days,
        ta_gap_days,
        ta_grace_days,
        ta_stale_days
    from source
)

select * from copied
