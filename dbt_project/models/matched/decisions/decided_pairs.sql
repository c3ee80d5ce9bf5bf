with

decisions as (
    select
        decision_id,
        left_partner || '|' || left_record_id as one_record_key,
        right_partner || '|' || right_record_id as other_record_key,
        decision
    from {{ source('control', 'decided_records') }}
),

ordered as (
    select
        decision_id,
        case when other_record_key < one_record_key then other_record_key else one_record_key end as left_record_key,
        case when other_record_key < one_record_key then one_record_key else other_record_key end as right_record_key,
        decision
    from decisions
),

ranked as (
    select
        ordered.*,
        row_number() over (partition by left_record_key, right_record_key order by decision_id desc) as place
    from ordered
),

newest as (
    select
        left_record_key,
        right_record_key,
        decision
    from ranked
    where place = 1
)

select * from newest
