{{ linkage_key_quality(1, ref('clusters_duplicates')) }}
