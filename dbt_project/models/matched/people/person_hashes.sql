with

clusters as (
    select * from {{ ref('clusters_tier_5') }}
),

salt as (
    select * from {{ source('control', 'person_key_salt') }}
),

people_in_scope as (
    select distinct cluster_id
    from clusters
    where is_in_scope
),

hashed as (
    select
        {{ surrogate_key('n', 'salt.salt', ["'record of a person'", 'clusters.record_key']) }} as record_hash,
        clusters.cluster_id
    from clusters
    inner join people_in_scope
        on clusters.cluster_id = people_in_scope.cluster_id
    cross join salt
)

select * from hashed
