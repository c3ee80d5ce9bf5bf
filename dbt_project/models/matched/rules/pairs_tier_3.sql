{{ linkage_pairs(3, ref('clusters_tier_2'), may_settle=true) }}
