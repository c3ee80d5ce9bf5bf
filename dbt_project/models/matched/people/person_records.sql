with

link_paths as (
    select * from {{ ref('link_paths') }}
),

linked_clusters as (
    select * from {{ ref('linked_clusters') }}
),

joined as (
    select
        link_paths.person_key,
        linked_clusters.partner,
        linked_clusters.source,
        linked_clusters.record_id,
        link_paths.tier
    from link_paths
    inner join linked_clusters
        on link_paths.record_key = linked_clusters.record_key
)

select * from joined
