{{ linkage_key_quality(4, ref('clusters_tier_3')) }}
