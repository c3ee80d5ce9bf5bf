with

near_pairs as (
    select * from {{ ref('near_pairs') }}
    where left_first_name = right_last_name and left_last_name = right_first_name
),

common_names as (
    select * from {{ ref('common_names') }}
),

-- first and last name in each other's field
proposed as (
    select
        near_pairs.left_record_key,
        near_pairs.right_record_key,
        'swapped_names' as rule
    from near_pairs
    {% for side in ['left', 'right'] -%}
    left join common_names as {{ side }}_common
        on near_pairs.{{ side }}_last_name = {{ side }}_common.last_name
            and near_pairs.{{ side }}_first_name = {{ side }}_common.first_name
            and floor(extract(year from near_pairs.birth_date) / 10) = {{ side }}_common.decade
    {% endfor -%}
    where
        near_pairs.shares_postcode
        or (not near_pairs.is_other_sex and left_common.last_name is null and right_common.last_name is null)
)

select * from proposed
