with

pupils as (
    select * from {{ ref('stg_edu_pupils') }}
),

-- a pupil has a row per enrolment: rows that say the same of the person are one row here
people as (
    select distinct
        partner,
        'edu' as source,
        person_id as record_id,
        legal_last_name as last_name,
        legal_first_name as first_name,
        sex,
        nhs_number,
        upn,
        former_upn,
        cast(null as text) as nino,
        social_care_id,
        person_id as education_id,
        false as is_adult_by_role,
        false as is_restricted,
        date_of_birth as birth_date
    from pupils
),

counted as (
    select
        people.*,
        count(*) over (partition by partner, record_id) > 1 as has_several_rows
    from people
)

select
    partner,
    source,
    record_id,
    last_name,
    first_name,
    sex,
    nhs_number,
    upn,
    former_upn,
    nino,
    social_care_id,
    education_id,
    is_adult_by_role,
    is_restricted,
    has_several_rows,
    birth_date
from counted
