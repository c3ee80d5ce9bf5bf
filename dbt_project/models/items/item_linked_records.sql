with

people as (
    select person_key from {{ ref('people') }}
    where is_published
),

person_records as (
    select * from {{ ref('person_records') }}
),

partners as (
    select * from {{ ref('stg_partners') }}
),

linked_records as (
    select
        person_records.person_key,
        person_records.partner,
        partners.kind,
        person_records.source,
        person_records.record_id
    from people
    inner join person_records on people.person_key = person_records.person_key
    inner join partners on person_records.partner = partners.partner
)

select * from linked_records
