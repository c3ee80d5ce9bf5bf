{{ linkage_key_quality(2, ref('clusters_tier_1')) }}
