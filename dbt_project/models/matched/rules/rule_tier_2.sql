with

pairs as {{ inlined() }} (
    select * from {{ ref('pairs_tier_2') }}
),

clusters as (
    select * from {{ ref('clusters_tier_1') }}
),

pool_identities as (
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
