with

register as (
    select
        left_partner || '|' || left_record_id as one_record_key,
        right_partner || '|' || right_record_id as other_record_key,
        wrong_side
    from {{ source('control', 'do_not_link_records') }}
),

decided_pairs as (
    select * from {{ ref('decided_pairs') }}
),

-- a rejected question about one record says that several people stand under its id: it belongs to nobody
forbidden as (
    select
        case when other_record_key < one_record_key then other_record_key else one_record_key end as left_record_key,
        case when other_record_key < one_record_key then one_record_key else other_record_key end as right_record_key,
        case wrong_side when 'left' then one_record_key when 'right' then other_record_key end as wrong_record_key
    from register
    union all
    select
        left_record_key,
        right_record_key,
        null as wrong_record_key
    from decided_pairs
    where decision = 'reject'
),

kept_apart as (
    select
        left_record_key,
        right_record_key,
        max(wrong_record_key) as wrong_record_key
    from forbidden
    group by left_record_key, right_record_key
)

select * from kept_apart
