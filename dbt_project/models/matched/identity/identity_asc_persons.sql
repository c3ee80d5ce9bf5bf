with

persons as (
    select * from {{ ref('stg_asc_persons') }}
),

people as (
    select
        partner,
        'asc' as source,
        person_id as record_id,
        legal_last_name as last_name,
        legal_first_name as first_name,
        gender as sex,
        nhs_number,
        cast(null as text) as upn,
        cast(null as text) as former_upn,
        nino,
        person_id as social_care_id,
        cast(null as text) as education_id,
        true as is_adult_by_role,
        coalesce(restricted, false) as is_restricted,
        false as has_several_rows,
        date_of_birth as birth_date
    from persons
)

select * from people
