{{ linkage_key_quality(3, ref('clusters_tier_2')) }}
