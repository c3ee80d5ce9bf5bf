with

splink_pairs as (
    select * from {{ ref('stg_splink_pairs') }}
),

identities as (
    select * from {{ ref('identity_records') }}
    where not is_restricted
),

proposed as (
    select
        splink_pairs.left_record_key,
        splink_pairs.right_record_key,
        splink_pairs.band as rule
    from splink_pairs
    inner join identities as l
        on splink_pairs.left_record_key = l.record_key
    inner join identities as r
        on splink_pairs.right_record_key = r.record_key
)

select * from proposed
