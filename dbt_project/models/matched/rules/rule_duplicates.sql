with

-- no key of theirs is another's question
pairs as {{ inlined() }} (
    select
        *,
        false as is_ambiguous
    from {{ ref('pairs_duplicates') }}
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

{{ linkage_compare(few=true) }},

-- two people of one system who share a number are no question here: the tier of that number asks it
judged as (
    select
        compared.*,
        {{ linkage_veto() }} as veto_reason,
        cast(null as text) as review_reason
    from compared
    where
        not is_by_number
        or not is_kept_apart and {{ linkage_veto() }} is null and {{ linkage_uncorroborated() }} is null
),

{{ linkage_verdicts() }}

select * from verdicts
