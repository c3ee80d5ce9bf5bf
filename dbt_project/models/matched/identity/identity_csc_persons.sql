with

persons as (
    select * from {{ ref('stg_csc_persons') }}
),

people as (
    select
        partner,
        'csc' as source,
        person_id as record_id,
        legal_last_name as last_name,
        legal_first_name as first_name,
        coalesce(sex, gender) as sex,
        nhs_number,
        upn,
        cast(null as text) as former_upn,
        nino,
        person_id as social_care_id,
        education_id,
        cast(null as boolean) as is_adult_by_role,
        coalesce(restricted, false) as is_restricted,
        false as has_several_rows,
        date_of_birth as birth_date
    from persons
)

select * from people
