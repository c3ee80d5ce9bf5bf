with

by_name as {{ inlined() }} (
    select * from {{ ref('pairs_duplicates_by_name') }}
),

by_number as {{ inlined() }} (
    select * from {{ ref('pairs_duplicates_by_number') }}
),

clusters as {{ inlined() }} (
    select * from {{ ref('clusters_decided') }}
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

proposed as (
    select
        *,
        false as is_by_number
    from by_name
    union all
    select
        *,
        true as is_by_number
    from by_number
),

kept_clusters as (
    {{ linkage_kept_clusters() }}
),

-- records that a reviewer has joined already are no question
pairs as (
    select
        'duplicate_record' as rule,
        proposed.key,
        left_side.cluster_id as left_cluster,
        right_side.cluster_id as right_cluster,
        proposed.left_record_key,
        proposed.right_record_key,
        proposed.tier,
        proposed.is_by_number,
        false as is_ambiguous,
        kept_clusters.left_cluster is not null as is_kept_apart
    from proposed
    inner join clusters as left_side
        on proposed.left_record_key = left_side.record_key
    inner join clusters as right_side
        on proposed.right_record_key = right_side.record_key
            and left_side.cluster_id <> right_side.cluster_id
    left join kept_clusters
        on left_side.cluster_id = kept_clusters.left_cluster
            and right_side.cluster_id = kept_clusters.right_cluster
),

{{ linkage_compare(few=true) }},

-- two people of one system who share a number are no question here: the tier of that number asks it
judged as (
    select
        compared.*,
        {{ linkage_veto() }} as veto_reason,
        cast(null as text) as review_reason
    from compared
    where
        not is_by_number
        or not is_kept_apart and {{ linkage_veto() }} is null and {{ linkage_uncorroborated() }} is null
),

{{ linkage_verdicts() }}

select * from verdicts
