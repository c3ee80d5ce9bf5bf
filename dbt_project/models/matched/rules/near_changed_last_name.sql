with

near_pairs as (
    select * from {{ ref('near_pairs') }}
),

-- married, double-barrelled or mistyped: two strangers of one first name, one birth date and one postcode are rarer
proposed as (
    select
        left_record_key,
        right_record_key,
        'changed_last_name' as rule
    from near_pairs
    where
        shares_postcode
        and is_one_first_name
        and left_last_name <> right_last_name
        and not is_other_sex
)

select * from proposed
