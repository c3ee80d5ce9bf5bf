with

link_paths as (
    select * from {{ ref('link_paths') }}
),

pool_identities as (
    select * from {{ ref('pool_identities') }}
),

joined as (
    select
        link_paths.person_key,
        pool_identities.partner,
        pool_identities.source,
        pool_identities.record_id,
        link_paths.tier
    from link_paths
    inner join pool_identities
        on link_paths.record_key = pool_identities.record_key
)

select * from joined
