{% set rounds = 8 %}
with

linked_clusters as {{ inlined() }} (
    select
        linked.record_key,
        linked.is_in_scope,
        person_keys.person_key
    from {{ ref('linked_clusters') }} as linked
    inner join {{ ref('person_keys') }} as person_keys
        on linked.cluster_id = person_keys.cluster_id
),

links as (
    select
        link_id,
        left_partner || '|' || left_record_id as left_record_key,
        right_partner || '|' || right_record_id as right_record_key,
        tier
    from {{ ref('links') }}
),

edges as (
    select
        left_record_key as from_key,
        right_record_key as to_key,
        tier,
        link_id
    from links
    union all
    select
        right_record_key as from_key,
        left_record_key as to_key,
        tier,
        link_id
    from links
),

sizes as (
    select
        person_key,
        count(*) as records
    from linked_clusters
    group by person_key
),

-- a person is told from the housing record that brings them into scope, the smallest of several
starts as (
    select
        person_key,
        min(record_key) as record_key
    from linked_clusters
    where is_in_scope
    group by person_key
),

told as (
    select
        starts.record_key,
        sizes.records
    from starts
    inner join sizes
        on starts.person_key = sizes.person_key
    where sizes.records > 1
),

-- two records are one link apart, by their strongest link
direct as (
    select
        edges.to_key as record_key,
        min(cast(edges.tier as text) || ' ' || edges.link_id) as best
    from told
    inner join edges
        on told.record_key = edges.from_key
    where told.records = 2
    group by edges.to_key
),

-- longer paths are looked for only where there are more
far_edges as (
    select edges.*
    from edges
    inner join linked_clusters
        on edges.from_key = linked_clusters.record_key
    inner join sizes
        on linked_clusters.person_key = sizes.person_key
    where sizes.records > 2
),

reached_0 as (
    select
        record_key,
        0 as tier,
        0 as steps,
        '' as link_path
    from told
    where records > 2
),

-- each round walks one link on from the records that the last one reached by a stronger path than before;
-- a path is as weak as its weakest link
{% for round in range(1, rounds + 1) -%}
offered_{{ round }} as (
    select
        edges.to_key as record_key,
        greatest(reached.tier, edges.tier) as tier,
        reached.link_path || ' ' || edges.link_id as link_path
    from reached_{{ round - 1 }} as reached
    inner join far_edges as edges
        on reached.record_key = edges.from_key
),

ranked_{{ round }} as (
    select
        offered.*,
        row_number() over (partition by record_key order by tier, link_path) as place
    from offered_{{ round }} as offered
),

reached_{{ round }} as (
    select
        ranked.record_key,
        ranked.tier,
        {{ round }} as steps,
        ranked.link_path
    from ranked_{{ round }} as ranked
    {% for earlier in range(round) -%}
    left join reached_{{ earlier }} as earlier_{{ earlier }}
        on ranked.record_key = earlier_{{ earlier }}.record_key
            and ranked.tier >= earlier_{{ earlier }}.tier
    {% endfor -%}
    where
        ranked.place = 1
        {%- for earlier in range(round) %}
        and earlier_{{ earlier }}.record_key is null
        {%- endfor %}
),

{% endfor -%}
reached as (
    {% for round in range(1, rounds + 1) -%}
    select * from reached_{{ round }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

ranked as (
    select
        record_key,
        cast(split_part(best, ' ', 1) as integer) as tier,
        1 as steps,
        split_part(best, ' ', 2) as link_path,
        1 as place
    from direct
    union all
    select
        reached.*,
        row_number() over (partition by record_key order by tier, steps) as place
    from reached
),

paths as (
    select
        linked_clusters.record_key,
        linked_clusters.person_key,
        case when starts.record_key is not null then 0 else ranked.tier end as tier,
        case when starts.record_key is not null then 0 else ranked.steps end as steps,
        case when starts.record_key is not null then '' else trim(ranked.link_path) end as link_path
    from linked_clusters
    left join starts
        on linked_clusters.record_key = starts.record_key
    left join ranked
        on linked_clusters.record_key = ranked.record_key
            and ranked.place = 1
)

select * from paths
