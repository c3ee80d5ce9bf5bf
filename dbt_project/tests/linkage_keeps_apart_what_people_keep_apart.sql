-- Two records that the do-not-link register or a reviewer keeps apart are two people, whatever way they could have come
-- together; a record kept apart from everybody is alone.
with

kept_apart as (
    select * from {{ ref('kept_apart') }}
),

linked_clusters as (
    select * from {{ ref('linked_clusters') }}
),

together as (
    select kept_apart.left_record_key
    from kept_apart
    inner join linked_clusters as one
        on kept_apart.left_record_key = one.record_key
    inner join linked_clusters as other
        on one.cluster_id = other.cluster_id
            and one.record_key <> other.record_key
    where kept_apart.right_record_key is null or kept_apart.right_record_key = other.record_key
)

select count(*) as records
from together
having count(*) > 0
