{{ linkage_pairs(4, ref('clusters_tier_3')) }}
