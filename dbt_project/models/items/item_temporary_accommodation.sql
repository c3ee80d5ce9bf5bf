with

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

scope_records as (
    select * from {{ ref('scope_housing_records') }}
),

-- Only the homelessness system can tell that somebody is not placed: a landlord's record alone leaves it not known.
placed as (
    select
        linked_records.person_key,
        bool_or(coalesce(scope_records.is_in_temporary_accommodation, false)) as is_placed
    from linked_records
    left outer join scope_records
        on
            linked_records.partner = scope_records.partner
            and linked_records.record_id = scope_records.record_id
    where linked_records.kind = 'temporary_accommodation'
    group by linked_records.person_key
),

flagged as (
    select
        person_key,
        {{ flag('is_placed', 'true') }} as is_in_temporary_accommodation
    from placed
)

select * from flagged
