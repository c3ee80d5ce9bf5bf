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

per_partner as (
    select
        pool_keys.rule,
        pool_keys.key,
        pool_keys.partner,
        count(*) as records,
        min(clusters.cluster_id) as first_cluster,
        max(clusters.cluster_id) as last_cluster
    from pool_keys
    inner join clusters
        on pool_keys.record_key = clusters.record_key
    group by pool_keys.rule, pool_keys.key, pool_keys.partner
),

per_key as (
    select
        rule,
        key,
        sum(records) as records,
        max(case when first_cluster < last_cluster then 1 else 0 end) = 1 as has_two_people_of_one_partner,
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
            when has_two_people_of_one_partner then 'ambiguous'
            else 'usable'
        end as status,
        {{ tier }} as tier,
        cast(records as integer) as records
    from per_key
)

select * from judged
{%- endmacro %}
