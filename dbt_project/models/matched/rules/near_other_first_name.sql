with

near_pairs as (
    select * from {{ ref('near_pairs') }}
    where left_last_name = right_last_name and not is_other_sex
),

twin_birthdays as (
    select * from {{ ref('twin_birthdays') }}
),

common_names as (
    select * from {{ ref('common_names') }}
),

first_names as (
    select * from {{ ref('first_name_bearers') }}
),

-- another spelling, a short form, a middle name or one slip; two names that both are well known may be two children's
proposed as (
    select
        near_pairs.left_record_key,
        near_pairs.right_record_key,
        'other_first_name' as rule
    from near_pairs
    inner join first_names as left_names
        on near_pairs.left_first_name = left_names.first_name
    inner join first_names as right_names
        on near_pairs.right_first_name = right_names.first_name
    left join twin_birthdays
        on near_pairs.left_last_name = twin_birthdays.last_name
            and near_pairs.birth_date = twin_birthdays.birth_date
    {% for side in ['left', 'right'] -%}
    left join common_names as {{ side }}_common
        on near_pairs.{{ side }}_last_name = {{ side }}_common.last_name
            and near_pairs.{{ side }}_first_name = {{ side }}_common.first_name
            and floor(extract(year from near_pairs.birth_date) / 10) = {{ side }}_common.decade
    {% endfor -%}
    where
        (
            near_pairs.is_one_first_name
            or (
                twin_birthdays.last_name is null
                and (
                    greatest(left_names.bearers, right_names.bearers)
                    >= 10 * least(left_names.bearers, right_names.bearers)
                    -- a spelling that nobody else bears at all
                    or (near_pairs.shares_postcode and least(left_names.bearers, right_names.bearers) = 1)
                )
                and {{ linkage_is_one_slip('near_pairs.left_first_name', 'near_pairs.right_first_name') }}
            )
        )
        and (
            near_pairs.shares_postcode
            or (
                twin_birthdays.last_name is null
                and left_common.last_name is null
                and right_common.last_name is null
            )
        )
)

select * from proposed
