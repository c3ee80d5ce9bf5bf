with

postcodes as (
    select * from {{ ref('identity_postcodes') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

people_at_postcode as (
    select
        partner,
        postcode,
        count(*) as people
    from postcodes
    group by partner, postcode
),

usual_numbers as (
    select
        partner,
        avg(people) as people
    from people_at_postcode
    group by partner
),

-- a postcode that one system holds for many people is a hostel, a care home or a block. Many is more than the setting
-- and than three times what is usual in a system that holds whole streets; six times the setting is always many
crowded as (
    select distinct people_at_postcode.postcode
    from people_at_postcode
    inner join usual_numbers
        on people_at_postcode.partner = usual_numbers.partner
    cross join run_context
    where
        people_at_postcode.people > run_context.postcode_max_people
        and people_at_postcode.people > least(3 * usual_numbers.people, 6 * run_context.postcode_max_people)
)

select * from crowded
