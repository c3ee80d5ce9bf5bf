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

postcodes as {{ inlined() }} (
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

-- who has a name or a date that says too little, and the homes on either side of the move
doubted_homes as (
    {% for side in ['left', 'right'] -%}
    select distinct
        compared.left_cluster,
        compared.right_cluster,
        '{{ side }}' as side,
        records.last_name,
        records.birth_date,
        records.postcode
    from compared
    inner join compared_records as records
        on compared.{{ side }}_cluster = records.cluster_id
    where
        (compared.is_common_name or compared.is_new_year)
        and compared.postcode = 'conflict'
        and not compared.is_ambiguous
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- a family that moved: somebody else of that last name, with a date of their own, stands at a home of either side.
-- Everybody is looked at, in the pool or not, so that a smaller pool gives no other answer
moved_together as (
    select distinct
        left_cluster,
        right_cluster
    from (
        select
            doubted_homes.left_cluster,
            doubted_homes.right_cluster
        from doubted_homes
        inner join postcodes
            on doubted_homes.postcode = postcodes.postcode
        inner join {{ ref('identity_records') }} as relatives
            on postcodes.record_key = relatives.record_key
                and doubted_homes.last_name = relatives.last_name
                and doubted_homes.birth_date <> relatives.birth_date
        group by
            doubted_homes.left_cluster, doubted_homes.right_cluster, relatives.last_name, relatives.birth_date,
            substr(relatives.first_name, 1, 3)
        having min(doubted_homes.side) < max(doubted_homes.side)
    ) as relatives_on_both_sides
),

told as (
    select
        compared.*,
        moved_together.left_cluster is not null as is_moved_together
    from compared
    left join moved_together
        on compared.left_cluster = moved_together.left_cluster
            and compared.right_cluster = moved_together.right_cluster
),

judged as (
    select
        told.*,
        {{ linkage_veto() }} as veto_reason,
        case
            when {{ linkage_identifier_agrees() }} then null
            -- twins share date, surname and often three letters: Mia and Mia-Rose
            when not {{ linkage_first_names_are_one() }} then 'first_names_differ'
            when sex = 'conflict' and postcode <> 'agree' then 'sex_differs'
            when is_common_name and postcode = 'conflict' and not is_moved_together then 'common_name'
            when is_very_common_name and postcode = 'missing' then 'common_name'
            when is_new_year and postcode <> 'agree' and not is_moved_together then 'new_year_birth_date'
        end as review_reason
    from told
),

{{ linkage_verdicts() }}

select * from verdicts
