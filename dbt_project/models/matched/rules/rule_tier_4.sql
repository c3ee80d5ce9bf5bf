with

pairs as {{ inlined() }} (
    select * from {{ ref('pairs_tier_4') }}
),

clusters as (
    select * from {{ ref('clusters_tier_3') }}
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
        case
            when birth_date = 'conflict' then 'birth_dates_differ'
            else {{ linkage_veto() }}
        end as veto_reason,
        case
            when {{ linkage_identifier_agrees() }} then null
            when birth_date <> 'missing' and {{ linkage_first_names_are_one() }} then null
            when
                birth_date <> 'missing'
                or not (first_name = 'agree' or (is_given_name_shared and sex = 'agree'))
                then 'first_names_differ'
            -- without a date, father and son of one name and one home look the same
            when is_undated then 'birth_date_missing'
            when is_common_name then 'birth_date_missing'
            when is_other_generation then 'other_generation'
            when sex = 'conflict' then 'sex_differs'
        end as review_reason
    from compared
),

{{ linkage_verdicts() }}

select * from verdicts
