with

clusters as (
    select * from {{ ref('clusters_tier_5') }}
),

person_keys as (
    select * from {{ ref('person_keys') }}
),

keyed as (
    select
        clusters.record_key,
        clusters.cluster_id,
        person_keys.person_key
    from clusters
    left join person_keys
        on clusters.cluster_id = person_keys.cluster_id
)

select * from keyed
