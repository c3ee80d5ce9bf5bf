with

clusters as {{ inlined() }} (
    select * from {{ ref('clusters_tier_5') }}
),

pool_identities as (
    select * from {{ ref('pool_identities') }}
),

clusters_in_scope as (
    select cluster_id
    from clusters
    where is_in_scope
    group by cluster_id
),

linked as (
    select
        clusters.record_key,
        pool_identities.source,
        pool_identities.partner,
        pool_identities.record_id,
        clusters.cluster_id,
        clusters.is_in_scope,
        clusters_in_scope.cluster_id is not null as is_of_person
    from clusters
    inner join pool_identities
        on clusters.record_key = pool_identities.record_key
    left join clusters_in_scope
        on clusters.cluster_id = clusters_in_scope.cluster_id
)

select * from linked
