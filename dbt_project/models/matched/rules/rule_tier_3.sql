with

pairs as {{ inlined() }} (
    select * from {{ ref('pairs_tier_3') }}
),

clusters as (
    select * from {{ ref('clusters_tier_2') }}
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

judged as (
    select
        compared.*,
        {{ linkage_veto() }} as veto_reason,
        case
            when {{ linkage_identifier_agrees() }} then null
            -- twins share date, surname and often three letters: Mia and Mia-Rose
            when not {{ linkage_first_names_are_one() }} then 'first_names_differ'
            when sex = 'conflict' and postcode <> 'agree' then 'sex_differs'
            when is_common_name and postcode <> 'agree' then 'common_name'
            when is_new_year and postcode <> 'agree' then 'new_year_birth_date'
        end as review_reason
    from compared
),

{{ linkage_verdicts() }}

select * from verdicts
