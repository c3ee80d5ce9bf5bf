with

near_pairs as (
    select * from {{ ref('near_pairs') }}
    where left_last_name <> right_last_name and not is_other_sex
),

bearers as (
    select
        last_name,
        count(*) as bearers
    from {{ ref('identity_records') }}
    where last_name is not null
    group by last_name
),

common_names as (
    select * from {{ ref('common_names') }}
),

compared as (
    select
        near_pairs.*,
        (
            least(left_names.bearers, right_names.bearers) = 1
            or greatest(left_names.bearers, right_names.bearers)
            >= 10 * least(left_names.bearers, right_names.bearers)
        )
        and {{ linkage_is_one_slip('near_pairs.left_last_name', 'near_pairs.right_last_name') }} as is_misspelt,
        {{ linkage_is_half('near_pairs.left_last_name', 'near_pairs.right_last_name') }} as is_half,
        left_common.last_name is not null or right_common.last_name is not null as is_common
    from near_pairs
    inner join bearers as left_names
        on near_pairs.left_last_name = left_names.last_name
    inner join bearers as right_names
        on near_pairs.right_last_name = right_names.last_name
    {% for side in ['left', 'right'] -%}
    left join common_names as {{ side }}_common
        on near_pairs.{{ side }}_last_name = {{ side }}_common.last_name
            and near_pairs.{{ side }}_first_name = {{ side }}_common.first_name
            and floor(extract(year from near_pairs.birth_date) / 10) = {{ side }}_common.decade
    {% endfor %}
),

-- one slip, or one half of a double name; at one address the first name may have a slip of its own
proposed as (
    select
        left_record_key,
        right_record_key,
        'misspelt_last_name' as rule
    from compared
    where
        (is_one_first_name and (is_misspelt or is_half) and not is_common)
        or (
            shares_postcode
            and (is_half or {{ linkage_is_one_slip('left_last_name', 'right_last_name') }})
            and {{ linkage_is_one_slip('left_first_name', 'right_first_name') }}
        )
)

select * from proposed
