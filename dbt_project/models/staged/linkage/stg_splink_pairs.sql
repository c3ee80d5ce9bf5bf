with

source as (
    select * from {{ source('scored', 'splink_pairs') }}
),

copied as (
    select
        left_record_key,
        right_record_key,
        band
    from source
)

select * from copied
