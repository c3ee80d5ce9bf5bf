with

{% set models = ['decided', 'duplicates', 'tier_1', 'tier_2', 'tier_3', 'tier_4', 'tier_5'] %}
pairs as (
    {% for model in models -%}
    select
        pairs.*,
        undone.undone_reason
    from {{ ref('rule_' ~ model) }} as pairs
    left join {{ ref('clusters_' ~ model) }} as undone
        on pairs.left_record_key = undone.record_key
            and undone.undone_reason is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

linked_clusters as {{ inlined() }} (
    select * from {{ ref('linked_clusters') }}
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
    inner join linked_clusters as left_side
        on pairs.left_record_key = left_side.record_key
    inner join linked_clusters as right_side
        on pairs.right_record_key = right_side.record_key
    where left_side.is_of_person or right_side.is_of_person
)

select * from located
