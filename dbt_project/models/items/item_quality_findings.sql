with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

disabilities as (
    select * from {{ ref('stg_csc_disabilities') }}
),

disability_codes as (
    select * from {{ ref('disability_codes') }}
),

pupils as (
    select * from {{ ref('stg_edu_pupils') }}
),

attendance as (
    select * from {{ ref('stg_edu_attendance') }}
),

attendance_codes as (
    select * from {{ ref('attendance_codes') }}
),

exclusions as (
    select * from {{ ref('stg_edu_exclusions') }}
),

categories as (
    select * from {{ ref('exclusion_categories') }}
),

statuses as (
    select * from {{ ref('exclusion_statuses') }}
),

coded as (
    select
        disabilities.partner,
        disabilities.person_id,
        upper(disabilities.disability_code) = 'NONE' as says_none,
        disability_codes.disability_code is not null as is_known
    from disabilities
    left outer join disability_codes on upper(disabilities.disability_code) = disability_codes.disability_code
),

contradicting as (
    select
        partner,
        person_id
    from coded
    group by partner, person_id
    having bool_or(says_none) and bool_or(not says_none)
),

twice_single as (
    select
        pupils.partner,
        pupils.person_id
    from pupils
    cross join run_context
    where
        upper(pupils.enrol_status) = 'C'
        and {{ open_at_if_started('pupils.entry_date', 'pupils.leaving_date', 'run_context.as_at') }}
    group by pupils.partner, pupils.person_id
    having count(distinct pupils.laestab) > 1
),

-- One row per record with a finding; what kind of record it is, the finding says.
found as (
    select
        partner,
        'csc_disabilities' as extract,
        'children with NONE beside another disability code' as finding
    from contradicting
    union all
    select
        partner,
        'csc_disabilities' as extract,
        'rows with a disability code that nobody knows' as finding
    from coded
    where not says_none and not is_known
    union all
    select
        partner,
        'edu_pupils' as extract,
        'pupils with two open single registrations' as finding
    from twice_single
    union all
    select
        attendance.partner,
        'edu_attendance' as extract,
        'rows with a register code that nobody knows' as finding
    from attendance
    left outer join attendance_codes on upper(attendance.attendance_code) = attendance_codes.attendance_code
    where attendance_codes.attendance_code is null
    union all
    select
        partner,
        'edu_attendance' as extract,
        'rows whose academic year is not written as 2026/27' as finding
    from attendance
    where academic_year !~ '^[0-9]{4}[^0-9]?([0-9]{2}|[0-9]{4})$'
    union all
    select
        exclusions.partner,
        'edu_exclusions' as extract,
        'rows with a category or status that nobody knows' as finding
    from exclusions
    left outer join categories on upper(exclusions.category) = categories.category
    left outer join statuses on lower(exclusions.status) = statuses.status
    where categories.category is null or (exclusions.status is not null and statuses.status is null)
),

counted as (
    select
        partner,
        extract,
        finding,
        count(*)::integer as records
    from found
    group by partner, extract, finding
)

select * from counted
