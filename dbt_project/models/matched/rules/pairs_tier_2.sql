{{ linkage_pairs(2, ref('clusters_tier_1')) }}
