with

linked_records as (
    select * from {{ ref('item_linked_records') }}
),

identities as (
    select * from {{ ref('identity_records') }}
),

adult_care_people as (
    select distinct person_key -- several records of adult social care are still one person
    from linked_records
    where source = 'asc'
),

known_numbers as (
    select distinct -- of any system: two that agree are one number to check
        linked_records.person_key,
        identities.nhs_number
    from linked_records
    inner join identities
        on
            linked_records.partner = identities.partner
            and linked_records.record_id = identities.record_id
    where identities.nhs_number is not null
),

numbers_of_adult_care as (
    select
        adult_care_people.person_key,
        known_numbers.nhs_number
    from adult_care_people
    left outer join known_numbers on adult_care_people.person_key = known_numbers.person_key
)

select * from numbers_of_adult_care
