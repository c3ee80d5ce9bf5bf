with

decided_pairs as (
    select * from {{ ref('decided_pairs') }}
    where decision = 'confirm'
),

clusters as {{ inlined() }} (
    {{ linkage_single_clusters() }}
),

pool_identities as {{ inlined() }} (
    select * from {{ ref('pool_identities') }}
),

postcodes as (
    select * from {{ ref('identity_postcodes') }}
),

common_names as {{ inlined() }} (
    select * from {{ ref('common_names') }}
),

first_names as {{ inlined() }} (
    select * from {{ ref('first_name_bearers') }}
),

twin_birthdays as {{ inlined() }} (
    select * from {{ ref('twin_birthdays') }}
),

match_rules as (
    select * from {{ ref('stg_match_rules') }}
),

kept_clusters as (
    {{ linkage_kept_clusters() }}
),

pairs as (
    select
        'confirmed_by_review' as rule,
        decided_pairs.left_record_key || '|' || decided_pairs.right_record_key as key,
        left_side.cluster_id as left_cluster,
        right_side.cluster_id as right_cluster,
        decided_pairs.left_record_key,
        decided_pairs.right_record_key,
        0 as tier,
        false as is_ambiguous,
        kept_clusters.left_cluster is not null as is_kept_apart
    from decided_pairs
    inner join clusters as left_side
        on decided_pairs.left_record_key = left_side.record_key
    inner join clusters as right_side
        on decided_pairs.right_record_key = right_side.record_key
    left join kept_clusters
        on left_side.cluster_id = kept_clusters.left_cluster
            and right_side.cluster_id = kept_clusters.right_cluster
),

{{ linkage_compare() }},

-- whoever confirms has looked at the records themselves: no rule knows better
judged as (
    select
        compared.*,
        cast(null as text) as veto_reason,
        cast(null as text) as review_reason
    from compared
),

{{ linkage_verdicts() }}

select * from verdicts
