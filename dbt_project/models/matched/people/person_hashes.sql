with

linked_clusters as (
    select * from {{ ref('linked_clusters') }}
    where is_of_person
),

salt as (
    select * from {{ source('control', 'person_key_salt') }}
),

hashed as (
    select
        {{ surrogate_key('n', 'salt.salt', ["'record of a person'", 'linked_clusters.record_key']) }} as record_hash,
        linked_clusters.cluster_id
    from linked_clusters
    cross join salt
)

select * from hashed
