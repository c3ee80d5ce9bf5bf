with

pairs as {{ inlined() }} (
    select * from {{ ref('pairs_tier_5') }}
),

clusters as (
    select * from {{ ref('clusters_tier_4') }}
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

-- an approved method has found the pair near; what the whole clusters say of each other may still speak against it
judged as (
    select
        compared.*,
        {{ linkage_veto() }} as veto_reason,
        case
            when
                birth_date = 'conflict'
                and rule not in ('other_birth_date', 'number_and_name', 'national_insurance_number')
                then 'birth_dates_differ'
            when is_other_generation and birth_date = 'missing' then 'other_generation'
            when action = 'review' then 'tier_asks_for_review'
        end as review_reason
    from compared
),

{{ linkage_verdicts() }}

select * from verdicts
