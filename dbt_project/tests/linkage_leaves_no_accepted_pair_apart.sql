-- The rounds that join clusters are a fixed number: whatever they do not bring together has to be undone and queued.
with

{% for model in ['decided', 'duplicates', 'tier_1', 'tier_2', 'tier_3', 'tier_4', 'tier_5'] -%}
apart_after_{{ model }} as (
    select
        '{{ model }}' as step,
        pairs.rule
    from {{ ref('rule_' ~ model) }} as pairs
    inner join {{ ref('clusters_' ~ model) }} as left_side
        on pairs.left_record_key = left_side.record_key
    inner join {{ ref('clusters_' ~ model) }} as right_side
        on pairs.right_record_key = right_side.record_key
    where
        pairs.verdict = 'accepted'
        and left_side.cluster_id <> right_side.cluster_id
        and left_side.undone_reason is null
),

{% endfor -%}
apart as (
    {% for model in ['decided', 'duplicates', 'tier_1', 'tier_2', 'tier_3', 'tier_4', 'tier_5'] -%}
    select * from apart_after_{{ model }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from apart
