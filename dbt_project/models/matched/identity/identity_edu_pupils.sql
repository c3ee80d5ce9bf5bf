with

pupils as (
    select * from {{ ref('stg_edu_pupils') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

retention_rules as (
    select * from {{ ref('stg_retention_rules') }}
),

education_period as (
    select
        max(period_years) as years,
        max(period_days) as days
    from retention_rules
    where domain = 'education'
),

-- clause RE-03: education data is held until a birthday, the 25th in the signed text: older pupils are nobody's match
pupils_past_retention as (
    select distinct
        pupils.partner,
        pupils.person_id
    from pupils
    cross join run_context
    cross join education_period
    where
        {{ birthday('pupils.date_of_birth', 'education_period.years') }} + education_period.days
        <= run_context.as_at
),

held_pupils as (
    select pupils.* from pupils
    left join pupils_past_retention
        on pupils.partner = pupils_past_retention.partner and pupils.person_id = pupils_past_retention.person_id
    where pupils_past_retention.person_id is null
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
    from held_pupils
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
