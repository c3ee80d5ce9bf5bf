{# One row per key of the tier that two records of the pool hold: how its holders are spread over clusters and
   partners. Uniqueness counts clusters, not records: what an earlier tier has joined is one person. #}
{% macro linkage_key_quality(tier, clusters) -%}
with
pool_keys as (
    select * from {{ ref('pool_keys') }}
    where tier = {{ tier }}
),

clusters as (
    select * from {{ clusters }}
),

holders as (
    select
        pool_keys.rule,
        pool_keys.key,
        pool_keys.partner,
        clusters.cluster_id,
        count(*) as records
    from pool_keys
    inner join clusters
        on pool_keys.record_key = clusters.record_key
    group by pool_keys.rule, pool_keys.key, pool_keys.partner, clusters.cluster_id
),

per_partner as (
    select
        rule,
        key,
        partner,
        count(*) as people,
        sum(records) as records,
        min(cluster_id) as first_cluster,
        max(cluster_id) as last_cluster
    from holders
    group by rule, key, partner
),

per_key as (
    select
        rule,
        key,
        max(people) as people,
        sum(records) as records,
        min(first_cluster) as first_cluster,
        max(last_cluster) as last_cluster
    from per_partner
    group by rule, key
),

judged as (
    select
        rule,
        key,
        case
            when first_cluster = last_cluster then 'single'
            when people > 1 then 'ambiguous'
            else 'usable'
        end as status,
        {{ tier }} as tier,
        cast(records as integer) as records,
        cast(people as integer) as most_people_of_one_partner
    from per_key
)

select * from judged
{%- endmacro %}
