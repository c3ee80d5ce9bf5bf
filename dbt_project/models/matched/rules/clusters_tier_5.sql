with

accepted as (
    select * from {{ ref('rule_tier_5') }}
    where verdict = 'accepted'
),

clusters as {{ inlined() }} (
    select * from {{ ref('clusters_tier_4') }}
),

pool_identities as {{ inlined() }} (
    select * from {{ ref('pool_identities') }}
),

{{ linkage_components() }},

{{ linkage_undo(may_differ_in_date=true) }},

{{ linkage_clustered() }}

select * from clustered
