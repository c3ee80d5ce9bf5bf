with

accepted as (
    select * from {{ ref('rule_decided') }}
    where verdict = 'accepted'
),

clusters as {{ inlined() }} (
    {{ linkage_single_clusters() }}
),

{{ linkage_components() }},

{{ linkage_forbidden() }},

-- a person's word overrules every contradiction but another person's word
faults as (
    select
        cluster_id,
        'undone_kept_apart' as undone_reason
    from forbidden
    union all
    select
        label as cluster_id,
        'undone_chain_too_long' as undone_reason
    from open_labels
),

undone as (
    select
        cluster_id,
        max(undone_reason) as undone_reason
    from faults
    group by cluster_id
),

{{ linkage_clustered() }}

select * from clustered
