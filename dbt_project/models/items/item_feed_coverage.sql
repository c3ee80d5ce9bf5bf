with

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

feeds as (
    select * from {{ ref('feeds') }}
),

snapshots as (
    select * from {{ ref('stg_current_snapshots') }}
),

coverage as (
    select
        linked_records.person_key,
        feeds.extract,
        bool_and(snapshots.extract is not null) as is_covered
    from linked_records
    inner join feeds on linked_records.kind = feeds.kind
    left outer join snapshots
        on
            linked_records.partner = snapshots.partner
            and feeds.extract = snapshots.extract
    group by linked_records.person_key, feeds.extract
)

select * from coverage
