with

pool_keys as (
    select * from {{ ref('pool_keys') }}
    where tier in (1, 2)
),

clusters as (
    select * from {{ ref('linking_pool') }}
),

pool_identities as (
    select * from {{ ref('pool_identities') }}
),

postcodes as (
    select * from {{ ref('identity_postcodes') }}
),

common_names as (
    select * from {{ ref('common_names') }}
),

twin_birthdays as (
    select * from {{ ref('twin_birthdays') }}
),

match_rules as (
    select * from {{ ref('stg_match_rules') }}
),

-- one system registered somebody twice: one identifier, one whole name and one birth date, none of them missing
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
    where
        pool_identities.last_name is not null
        and pool_identities.first_name is not null
        and pool_identities.birth_date is not null
),

pairs as (
    select
        'duplicate_record' as rule,
        key,
        first_record_key as left_cluster,
        record_key as right_cluster,
        first_record_key as left_record_key,
        record_key as right_record_key,
        tier,
        false as is_ambiguous
    from registered
    where record_key <> first_record_key
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
