with

source as (
    select * from {{ source('control', 'current_snapshots') }}
),

copied as (
    select
        partner,
        extract,
        delivery_key,
        delivery_id,
        rows_loaded,
        extract_date,
        is_fallback
    from source
)

select * from copied
