with

identities as (
    select * from {{ ref('identity_records') }}
),

linking_pool as (
    select * from {{ ref('linking_pool') }}
),

in_pool as (
    select
        identities.*,
        linking_pool.is_in_scope
    from identities
    inner join linking_pool
        on identities.record_key = linking_pool.record_key
)

select * from in_pool
