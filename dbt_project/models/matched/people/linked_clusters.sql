with

clusters as {{ inlined() }} (
    select * from {{ ref('clusters_tier_5') }}
),

pool_identities as (
    select * from {{ ref('pool_identities') }}
),

scope_records as (
    select
        partner || '|' || record_id as record_key,
        partner,
        record_id
    from {{ ref('scope_housing_records') }}
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
),

-- whoever shares no key with anybody is a person all the same
alone as (
    select
        scope_records.record_key,
        'housing' as source,
        scope_records.partner,
        scope_records.record_id,
        scope_records.record_key as cluster_id,
        true as is_in_scope,
        true as is_of_person
    from scope_records
    left join clusters
        on scope_records.record_key = clusters.record_key
    where clusters.record_key is null
),

everybody as (
    select * from linked
    union all
    select * from alone
)

select * from everybody
