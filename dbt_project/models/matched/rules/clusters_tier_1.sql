with

accepted as (
    select * from {{ ref('rule_tier_1') }}
    where verdict = 'accepted'
),

clusters as {{ inlined() }} (
    select * from {{ ref('clusters_duplicates') }}
),

pool_identities as {{ inlined() }} (
    select * from {{ ref('pool_identities') }}
),

{{ linkage_components() }},

{{ linkage_undo() }},

{{ linkage_clustered() }}

select * from clustered
