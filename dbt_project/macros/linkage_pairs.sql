{# One row per key and two clusters that it proposes. A usable key has at most one cluster per partner, so all its
   pairs are few. The holders of an ambiguous key are paired with one of them only, a person in scope if there is
   one: a key of 1,500 people gives 1,499 questions and no link. A restricted record counts as a holder
   (key_quality saw to that) but is never proposed. A pair that a person keeps apart is marked, not left out: the
   others who hold its key have to know that the key may belong to either. #}
{% macro linkage_pairs(tier, clusters, may_settle=false) -%}
{% set held = 'all_holders' if may_settle else 'holders' -%}
with

all_keys as {{ inlined() }} (
    select * from {{ ref('pool_keys') }}
    where tier = {{ tier }}
),

pool_keys as (
    select * from all_keys
    where not is_restricted
),

key_quality as {{ inlined() }} (
    select * from {{ ref('key_quality_tier_' ~ tier) }}
    where status in ('usable', 'ambiguous')
),

clusters as {{ inlined() }} (
    select * from {{ clusters }}
),

holders as (
    select
        pool_keys.rule,
        pool_keys.key,
        key_quality.status,
        clusters.cluster_id,
        min(pool_keys.record_key) as record_key,
        max(case when clusters.is_in_scope then 1 else 0 end) as in_scope
    from pool_keys
    inner join key_quality
        on pool_keys.rule = key_quality.rule
        and pool_keys.key = key_quality.key
    inner join clusters
        on pool_keys.record_key = clusters.record_key
    group by pool_keys.rule, pool_keys.key, key_quality.status, clusters.cluster_id
),

{% if may_settle -%}
ambiguous_keys as (
    select * from key_quality
    where status = 'ambiguous'
),

{{ linkage_settled() }},

all_holders as (
    select * from holders
    union all
    select
        rule,
        key,
        'settled' as status,
        cluster_id,
        record_key,
        in_scope
    from settled
),

{% endif -%}
-- the one of an ambiguous key's holders with whom the others are paired
foremost_holders as (
    select *
    from (
        select
            holders.*,
            row_number() over (partition by rule, key order by in_scope desc, record_key) as place
        from holders
        where status = 'ambiguous'
    ) as placed_holders
    where place = 1
),

kept_clusters as (
    {{ linkage_kept_clusters() }}
),

-- each with each where they are few; thousands may hold an ambiguous key
proposed as (
    {% for left_holders, right_holders, condition in [
        (held, held, "left_side.status <> 'ambiguous'"),
        ('foremost_holders', 'holders', "right_side.status = 'ambiguous'"),
        ('holders', 'foremost_holders', "left_side.status = 'ambiguous'"),
    ] -%}
    select
        left_side.rule,
        left_side.key,
        left_side.cluster_id as left_cluster,
        right_side.cluster_id as right_cluster,
        left_side.record_key as left_record_key,
        right_side.record_key as right_record_key,
        {{ tier }} as tier,
        left_side.status
    from {{ left_holders }} as left_side
    inner join {{ right_holders }} as right_side
        on left_side.rule = right_side.rule
        and left_side.key = right_side.key
        and left_side.cluster_id < right_side.cluster_id
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{% if may_settle -%}
settled_pairs as (
    select distinct
        left_cluster,
        right_cluster
    from proposed
    where status = 'settled'
),

{% endif -%}
pairs as (
    select
        proposed.rule,
        proposed.key,
        proposed.left_cluster,
        proposed.right_cluster,
        proposed.left_record_key,
        proposed.right_record_key,
        proposed.tier,
        proposed.status = 'ambiguous' as is_ambiguous,
        kept_clusters.left_cluster is not null as is_kept_apart
    from proposed
    left join kept_clusters
        on proposed.left_cluster = kept_clusters.left_cluster
        and proposed.right_cluster = kept_clusters.right_cluster
    {%- if may_settle %}
    left join settled_pairs
        on proposed.left_cluster = settled_pairs.left_cluster
        and proposed.right_cluster = settled_pairs.right_cluster
    where proposed.status <> 'ambiguous' or settled_pairs.left_cluster is null
    {%- endif %}
)

select * from pairs
{%- endmacro %}
