with

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

feeds as (
    select * from {{ ref('item_feeds') }}
),

coverage as (
    select
        linked_records.person_key,
        feeds.extract,
        bool_and(feeds.is_current) as is_covered
    from linked_records
    inner join feeds on linked_records.partner = feeds.partner
    group by linked_records.person_key, feeds.extract
)

select * from coverage
