with
pool_keys as (
    select * from {{ ref('pool_keys') }}
),

key_quality as (
    select * from {{ ref('key_quality_tier_1') }}
),

clusters as (
    select * from {{ ref('clusters_duplicates') }}
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

match_rules as (
    select * from {{ ref('stg_match_rules') }}
),

{{ linkage_pairs(1) }},

{{ linkage_compare() }},

-- a number alone never links: about one in a thousand is a relative's
judged as (
    select
        compared.*,
        {{ linkage_veto() }} as veto_reason,
        {{ linkage_uncorroborated() }} as review_reason
    from compared
),

{{ linkage_verdicts() }}

select * from verdicts
