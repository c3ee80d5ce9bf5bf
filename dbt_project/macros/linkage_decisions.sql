{# Before anything is linked everybody in the pool is a cluster of their own. #}
{% macro linkage_single_clusters() -%}
    select
        record_key,
        partner,
        record_key as cluster_id,
        is_in_scope
    from {{ ref('pool_identities') }}
{%- endmacro %}

{# Two clusters, each way round, that hold records which a person keeps apart. Needs the CTE clusters. #}
{% macro linkage_kept_clusters() -%}
    select
        left_side.cluster_id as left_cluster,
        right_side.cluster_id as right_cluster
    from {{ ref('kept_apart') }} as kept_apart
    inner join clusters as left_side
        on kept_apart.left_record_key = left_side.record_key
    inner join clusters as right_side
        on kept_apart.right_record_key = right_side.record_key
    union distinct
    select
        right_side.cluster_id as left_cluster,
        left_side.cluster_id as right_cluster
    from {{ ref('kept_apart') }} as kept_apart
    inner join clusters as left_side
        on kept_apart.left_record_key = left_side.record_key
    inner join clusters as right_side
        on kept_apart.right_record_key = right_side.record_key
{%- endmacro %}

{# CTE `forbidden`: merged clusters that hold two records which a person keeps apart, by whatever way they came
   together, or a record that is kept apart from everybody. Needs the CTE merged. #}
{% macro linkage_forbidden() -%}
forbidden as (
    select left_side.cluster_id
    from {{ ref('kept_apart') }} as kept_apart
    inner join merged as left_side
        on kept_apart.left_record_key = left_side.record_key
    inner join merged as right_side
        on kept_apart.right_record_key = right_side.record_key
        and left_side.cluster_id = right_side.cluster_id
    union distinct
    select merged.cluster_id
    from {{ ref('kept_apart') }} as kept_apart
    inner join merged
        on kept_apart.left_record_key = merged.record_key
    where kept_apart.right_record_key is null
)
{%- endmacro %}
