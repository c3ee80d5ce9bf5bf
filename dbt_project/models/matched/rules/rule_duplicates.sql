with

pool_keys as (
    select * from {{ ref('pool_keys') }}
    where tier in (1, 2, 4) and not is_restricted
),

clusters as {{ inlined() }} (
    select * from {{ ref('clusters_decided') }}
),

pool_identities as {{ inlined() }} (
    select * from {{ ref('pool_identities') }}
),

postcodes as (
    select * from {{ ref('identity_postcodes') }}
),

common_names as {{ inlined() }} (
    select * from {{ ref('common_names') }}
),

first_names as {{ inlined() }} (
    select * from {{ ref('first_name_bearers') }}
),

twin_birthdays as {{ inlined() }} (
    select * from {{ ref('twin_birthdays') }}
),

match_rules as (
    select * from {{ ref('stg_match_rules') }}
),

-- one system registered somebody twice: one identifier or home, one whole name and one birth date, none of them missing
registered_twice as (
    select
        partner,
        last_name,
        first_name,
        birth_date
    from pool_identities
    where last_name is not null and first_name is not null and birth_date is not null
    group by partner, last_name, first_name, birth_date
    having count(*) > 1
),

registered as (
    select
        pool_keys.tier,
        pool_keys.key,
        pool_keys.record_key,
        min(pool_keys.record_key) over (
            partition by
                pool_keys.rule,
                pool_keys.key,
                pool_keys.partner,
                pool_identities.last_name,
                pool_identities.first_name,
                pool_identities.birth_date
        ) as first_record_key
    from pool_keys
    inner join pool_identities
        on pool_keys.record_key = pool_identities.record_key
    inner join registered_twice
        on pool_identities.partner = registered_twice.partner
            and pool_identities.last_name = registered_twice.last_name
            and pool_identities.first_name = registered_twice.first_name
            and pool_identities.birth_date = registered_twice.birth_date
),

kept_clusters as (
    {{ linkage_kept_clusters() }}
),

-- records that a reviewer has joined already are no question
pairs as (
    select
        'duplicate_record' as rule,
        registered.key,
        left_side.cluster_id as left_cluster,
        right_side.cluster_id as right_cluster,
        registered.first_record_key as left_record_key,
        registered.record_key as right_record_key,
        registered.tier,
        false as is_ambiguous,
        kept_clusters.left_cluster is not null as is_kept_apart
    from registered
    inner join clusters as left_side
        on registered.first_record_key = left_side.record_key
    inner join clusters as right_side
        on registered.record_key = right_side.record_key
            and left_side.cluster_id <> right_side.cluster_id
    left join kept_clusters
        on left_side.cluster_id = kept_clusters.left_cluster
            and right_side.cluster_id = kept_clusters.right_cluster
),

{{ linkage_compare() }},

judged as (
    select
        compared.*,
        {{ linkage_veto() }} as veto_reason,
        cast(null as text) as review_reason
    from compared
),

{{ linkage_verdicts() }}

select * from verdicts
