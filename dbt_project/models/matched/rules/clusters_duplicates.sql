with

accepted as (
    select * from {{ ref('rule_duplicates') }}
    where verdict = 'accepted'
),

clusters as {{ inlined() }} (
    select * from {{ ref('clusters_decided') }}
),

pool_identities as {{ inlined() }} (
    select * from {{ ref('pool_identities') }}
),

{{ linkage_components() }},

{{ linkage_undo(may_repeat_partner=true) }},

{{ linkage_clustered() }}

select * from clustered
