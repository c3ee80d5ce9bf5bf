with

near_keys as (
    select * from {{ ref('near_keys') }}
),

clusters as (
    select * from {{ ref('clusters_tier_4') }}
),

met as (
    select
        near_keys.*,
        l.cluster_id as left_of,
        r.cluster_id as right_of
    from near_keys
    inner join clusters as l
        on near_keys.left_record_key = l.record_key
    inner join clusters as r
        on near_keys.right_record_key = r.record_key
    where l.cluster_id <> r.cluster_id
),

proposed as (
    select
        rule,
        key,
        action,
        case when left_of < right_of then left_of else right_of end as left_cluster,
        case when left_of < right_of then right_of else left_of end as right_cluster,
        case when left_of < right_of then left_record_key else right_record_key end as left_record_key,
        case when left_of < right_of then right_record_key else left_record_key end as right_record_key
    from met
),

both_ways as (
    select left_cluster as cluster_id, right_cluster as candidate from proposed
    union distinct
    select right_cluster as cluster_id, left_cluster as candidate from proposed
),

partners_of_cluster as (
    select distinct
        cluster_id,
        partner
    from clusters
),

-- written out, so that no plan joins clusters by their partner alone
met_partners as {{ written_out() }} (
    select
        both_ways.cluster_id,
        both_ways.candidate,
        partners_of_cluster.partner
    from both_ways
    inner join partners_of_cluster
        on both_ways.candidate = partners_of_cluster.cluster_id
),

candidates as (
    select
        cluster_id,
        partner,
        count(*) as people
    from met_partners
    group by cluster_id, partner
),

-- mutually unique: whoever has two candidates in one system, or one in a system that knows the person already, has none
ambiguous as {{ written_out() }} (
    select
        candidates.cluster_id,
        candidates.partner
    from candidates
    left join partners_of_cluster as known
        on candidates.cluster_id = known.cluster_id
            and candidates.partner = known.partner
    where candidates.people > 1 or known.cluster_id is not null
),

ambiguous_pairs as (
    select distinct
        least(met_partners.cluster_id, met_partners.candidate) as left_cluster,
        greatest(met_partners.cluster_id, met_partners.candidate) as right_cluster
    from met_partners
    inner join ambiguous
        on met_partners.cluster_id = ambiguous.cluster_id
            and met_partners.partner = ambiguous.partner
),

kept_clusters as (
    {{ linkage_kept_clusters() }}
),

pairs as (
    select
        proposed.rule,
        proposed.key,
        proposed.left_cluster,
        proposed.right_cluster,
        proposed.left_record_key,
        proposed.right_record_key,
        5 as tier,
        ambiguous_pairs.left_cluster is not null as is_ambiguous,
        proposed.action,
        kept_clusters.left_cluster is not null as is_kept_apart
    from proposed
    left join kept_clusters
        on proposed.left_cluster = kept_clusters.left_cluster
            and proposed.right_cluster = kept_clusters.right_cluster
    left join ambiguous_pairs
        on proposed.left_cluster = ambiguous_pairs.left_cluster
            and proposed.right_cluster = ambiguous_pairs.right_cluster
)

select * from pairs
