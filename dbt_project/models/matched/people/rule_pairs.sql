with

{% set models = ['decided', 'duplicates', 'tier_1', 'tier_2', 'tier_3', 'tier_4', 'tier_5'] %}
pairs as (
    {% for model in models -%}
    select
        pairs.*,
        clusters.undone_reason
    from {{ ref('rule_' ~ model) }} as pairs
    inner join {{ ref('clusters_' ~ model) }} as clusters
        on pairs.left_record_key = clusters.record_key
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

linked_clusters as {{ inlined() }} (
    select * from {{ ref('linked_clusters') }}
),

pool_identities as {{ inlined() }} (
    select * from {{ ref('pool_identities') }}
),

sides as (
    select
        pool_identities.record_key,
        pool_identities.source,
        pool_identities.partner,
        pool_identities.record_id,
        linked_clusters.cluster_id,
        linked_clusters.person_key
    from linked_clusters
    inner join pool_identities
        on linked_clusters.record_key = pool_identities.record_key
),

-- an accepted pair whose merge was not undone is a link; a later tier may still have joined what was undone
located as (
    select
        left_side.record_key as left_record_key,
        left_side.source as left_source,
        left_side.partner as left_partner,
        left_side.record_id as left_record_id,
        right_side.record_key as right_record_key,
        right_side.source as right_source,
        right_side.partner as right_partner,
        right_side.record_id as right_record_id,
        pairs.rule,
        pairs.verdict,
        coalesce(pairs.reason, pairs.undone_reason) as reason,
        pairs.tier,
        pairs.evidence,
        left_side.cluster_id = right_side.cluster_id as is_one_person
    from pairs
    inner join sides as left_side
        on pairs.left_record_key = left_side.record_key
    inner join sides as right_side
        on pairs.right_record_key = right_side.record_key
    where left_side.person_key is not null or right_side.person_key is not null
)

select * from located
