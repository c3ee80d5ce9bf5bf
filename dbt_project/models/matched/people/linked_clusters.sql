with

clusters as (
    select * from {{ ref('clusters_tier_4') }}
),

salt as (
    select * from {{ source('control', 'person_key_salt') }}
),

people_in_scope as (
    select distinct cluster_id
    from clusters
    where is_in_scope
),

-- a cluster bears its smallest record key, so the person key changes only with that record
keyed as (
    select
        clusters.record_key,
        clusters.cluster_id,
        case
            when people_in_scope.cluster_id is not null
                then {{ surrogate_key('p', 'salt.salt', ['clusters.cluster_id']) }}
        end as person_key
    from clusters
    cross join salt
    left join people_in_scope
        on clusters.cluster_id = people_in_scope.cluster_id
)

select * from keyed
