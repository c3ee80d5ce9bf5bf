with

identities as (
    select * from {{ ref('item_identity') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

childrens_persons as (
    select * from {{ ref('stg_csc_persons') }}
),

adults_persons as (
    select * from {{ ref('stg_asc_persons') }}
),

placements as (
    select * from {{ ref('item_current_placements') }}
),

restricted_records as (
    select
        partner,
        person_id
    from childrens_persons
    where restricted
    union all
    select
        partner,
        person_id
    from adults_persons
    where restricted
),

restricted_people as (
    select distinct linked_records.person_key -- restricted in two systems is still one person
    from linked_records
    inner join restricted_records
        on
            linked_records.partner = restricted_records.partner
            and linked_records.record_id = restricted_records.person_id
),

refuge_people as (
    select distinct person_key from placements
    where refuge -- any refuge among the open placements counts
),

marked as (
    select
        identities.person_key,
        identities.household_key,
        restricted_people.person_key is not null or refuge_people.person_key is not null as is_hidden
    from identities
    left outer join restricted_people on identities.person_key = restricted_people.person_key
    left outer join refuge_people on identities.person_key = refuge_people.person_key
),

-- The address of somebody in the same household would give the hidden one away.
withheld as (
    select
        person_key,
        is_hidden,
        bool_or(is_hidden) over (partition by household_key) as is_address_withheld
    from marked
)

select * from withheld
