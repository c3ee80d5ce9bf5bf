with

records as (
    select * from {{ ref('person_hashes') }}
),

person_keys as (
    select * from {{ ref('person_keys') }}
),

keyed as (
    select
        records.record_hash,
        person_keys.person_key
    from records
    inner join person_keys
        on records.cluster_id = person_keys.cluster_id
)

select * from keyed
