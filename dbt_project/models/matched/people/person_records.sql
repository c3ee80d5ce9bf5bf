with

linked_clusters as (
    select * from {{ ref('linked_clusters') }}
    where person_key is not null
),

pool_identities as (
    select * from {{ ref('pool_identities') }}
),

duplicates as (
    select
        right_record_key as record_key,
        min(tier) as tier
    from {{ ref('rule_duplicates') }}
    where verdict = 'accepted'
    group by right_record_key
),

after_duplicates as (
    select * from {{ ref('clusters_duplicates') }}
),

{% for tier in [1, 2, 3] -%}
after_tier_{{ tier }} as (
    select * from {{ ref('clusters_tier_' ~ tier) }}
),

{% endfor -%}
-- a record joined when it first shared a cluster with the record that names the person
joined as (
    select
        linked_clusters.person_key,
        pool_identities.partner,
        pool_identities.source,
        pool_identities.record_id,
        case
            when linked_clusters.record_key = linked_clusters.cluster_id then 0
            when after_duplicates.cluster_id = linked_clusters.cluster_id then duplicates.tier
            when after_tier_1.cluster_id = linked_clusters.cluster_id then 1
            when after_tier_2.cluster_id = linked_clusters.cluster_id then 2
            when after_tier_3.cluster_id = linked_clusters.cluster_id then 3
            else 4
        end as tier
    from linked_clusters
    inner join pool_identities
        on linked_clusters.record_key = pool_identities.record_key
    left join duplicates
        on linked_clusters.record_key = duplicates.record_key
    inner join after_duplicates
        on linked_clusters.record_key = after_duplicates.record_key
    {% for tier in [1, 2, 3] -%}
    inner join after_tier_{{ tier }}
        on linked_clusters.record_key = after_tier_{{ tier }}.record_key
    {% endfor %}
)

select * from joined
