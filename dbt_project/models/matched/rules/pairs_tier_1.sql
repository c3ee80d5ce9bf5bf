{{ linkage_pairs(1, ref('clusters_duplicates')) }}
