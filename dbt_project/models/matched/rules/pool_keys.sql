with

shared_keys as (
    select * from {{ ref('shared_keys') }}
),

linking_pool as (
    select * from {{ ref('linking_pool') }}
),

in_pool as (
    select shared_keys.*
    from shared_keys
    inner join linking_pool
        on shared_keys.record_key = linking_pool.record_key
)

select * from in_pool
