with

members as (
    select * from {{ ref('stg_hou_household_members') }}
),

people as (
    select
        partner,
        'housing' as source,
        person_id as record_id,
        legal_last_name as last_name,
        legal_first_name as first_name,
        gender as sex,
        nhs_number,
        cast(null as text) as upn,
        cast(null as text) as former_upn,
        nino,
        social_care_id,
        education_id,
        case when is_main_applicant then true end as is_adult_by_role,
        false as is_restricted,
        false as has_several_rows,
        date_of_birth as birth_date
    from members
)

select * from people
