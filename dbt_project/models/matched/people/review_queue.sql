{% set key_parts = ['items.reason', 'items.left_record_key', "coalesce(items.right_record_key, '')"] %}
with

rule_pairs as (
    select * from {{ ref('rule_pairs') }}
    -- what a person keeps apart is decided
    where not is_one_person and reason <> 'kept_apart'
),

decided_pairs as (
    select * from {{ ref('decided_pairs') }}
),

conflicts as (
    select * from {{ ref('identity_conflicts') }}
),

linked_clusters as (
    select * from {{ ref('linked_clusters') }}
    where is_of_person
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

salt as (
    select * from {{ source('control', 'person_key_salt') }}
),

-- a pair refused for one reason by several rules is one question, asked by the strongest of them
ranked_pairs as (
    select
        rule_pairs.*,
        row_number() over (partition by left_record_key, right_record_key, reason order by tier, rule) as place
    from rule_pairs
),

pair_items as (
    select
        left_record_key,
        left_source,
        left_partner,
        left_record_id,
        right_record_key,
        right_source,
        right_partner,
        right_record_id,
        rule,
        reason,
        tier,
        evidence
    from ranked_pairs
    where place = 1
),

record_items as (
    select
        conflicts.record_key as left_record_key,
        conflicts.source as left_source,
        conflicts.partner as left_partner,
        conflicts.record_id as left_record_id,
        cast(null as text) as right_record_key,
        cast(null as text) as right_source,
        cast(null as text) as right_partner,
        cast(null as text) as right_record_id,
        'same_person_id' as rule,
        'identity_conflict' as reason,
        0 as tier,
        {{ linkage_conflict_evidence() }} as evidence
    from conflicts
    inner join linked_clusters
        on conflicts.record_key = linked_clusters.record_key
),

items as (
    select * from pair_items
    union all
    select * from record_items
),

queued as (
    select
        {{ surrogate_key('r', 'salt.salt', key_parts) }} as item_id,
        items.reason,
        items.rule,
        items.left_source,
        items.left_partner,
        items.left_record_id,
        items.right_source,
        items.right_partner,
        items.right_record_id,
        items.tier,
        items.evidence,
        decided_pairs.decision,
        run_context.started_at as opened_at
    from items
    cross join run_context
    cross join salt
    -- the sides of an item are in the order of their clusters, those of a decision in the order of their keys
    left join decided_pairs
        on decided_pairs.left_record_key = least(items.left_record_key, items.right_record_key)
            and coalesce(decided_pairs.right_record_key, '')
            = case
                when items.right_record_key is null then ''
                else greatest(items.left_record_key, items.right_record_key)
            end
    -- a confirmed pair is asked again where its merge had to be undone
    where
        decided_pairs.decision is null
        or decided_pairs.decision = 'unsure'
        or items.reason like 'undone_%'
)

select * from queued
