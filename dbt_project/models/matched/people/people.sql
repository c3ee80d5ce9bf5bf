with

person_records as (
    select * from {{ ref('person_records') }}
),

counted as (
    select
        person_key,
        {% for source in ['housing', 'csc', 'asc', 'edu'] -%}
        cast(sum(case when source = '{{ source }}' then 1 else 0 end) as integer) as {{ source }}_records,
        {% endfor -%}
        max(tier) as weakest_tier
    from person_records
    group by person_key
),

-- every person here has a housing record in scope: without a link to another system nothing is shown (clause MA-07)
people as (
    select
        person_key,
        housing_records,
        csc_records,
        asc_records,
        edu_records,
        weakest_tier,
        csc_records + asc_records + edu_records > 0 as is_published
    from counted
)

select * from people
