with

identities as (
    select * from {{ ref('item_identity') }}
),

temporary_accommodation as (
    select * from {{ ref('item_temporary_accommodation') }}
),

rent_arrears as (
    select * from {{ ref('item_rent_arrears') }}
),

payment_plans as (
    select * from {{ ref('item_arrears_payment_plan') }}
),

eviction_risks as (
    select * from {{ ref('item_eviction_risk') }}
),

education_plans as (
    select * from {{ ref('item_education_plan') }}
),

disabilities as (
    select * from {{ ref('item_disability') }}
),

child_protection as (
    select * from {{ ref('item_child_protection') }}
),

children_in_care as (
    select * from {{ ref('item_child_in_care') }}
),

children_in_need as (
    select * from {{ ref('item_child_in_need') }}
),

exploitation_risks as (
    select * from {{ ref('item_exploitation_risk') }}
),

known_people as (
    select * from {{ ref('item_known_to_services') }}
),

service_lists as (
    select * from {{ ref('item_service_lists') }}
),

current_schools as (
    select * from {{ ref('item_current_school') }}
),

attendance as (
    select * from {{ ref('item_attendance') }}
),

exclusions as (
    select * from {{ ref('item_exclusions') }}
),

indicators as (
    select
        identities.person_key,
        identities.household_key,
        current_schools.school_key,
        temporary_accommodation.is_in_temporary_accommodation,
        rent_arrears.is_in_rent_arrears,
        payment_plans.has_arrears_payment_plan,
        eviction_risks.is_at_risk_of_eviction,
        education_plans.has_ehcp,
        education_plans.send_type,
        disabilities.is_disabled,
        disabilities.disabilities,
        child_protection.has_child_protection_plan,
        children_in_care.is_child_in_care,
        children_in_need.is_child_in_need,
        exploitation_risks.is_at_risk_of_exploitation,
        known_people.is_known_to_services,
        service_lists.service_team_details,
        service_lists.assigned_caseworkers,
        current_schools.current_school,
        current_schools.current_school_postcode,
        attendance.total_absence_percent,
        attendance.lateness_percent,
        exclusions.exclusions_current_year
    from identities
    left outer join temporary_accommodation on identities.person_key = temporary_accommodation.person_key
    left outer join rent_arrears on identities.person_key = rent_arrears.person_key
    left outer join payment_plans on identities.person_key = payment_plans.person_key
    left outer join eviction_risks on identities.person_key = eviction_risks.person_key
    left outer join education_plans on identities.person_key = education_plans.person_key
    left outer join disabilities on identities.person_key = disabilities.person_key
    left outer join child_protection on identities.person_key = child_protection.person_key
    left outer join children_in_care on identities.person_key = children_in_care.person_key
    left outer join children_in_need on identities.person_key = children_in_need.person_key
    left outer join exploitation_risks on identities.person_key = exploitation_risks.person_key
    left outer join known_people on identities.person_key = known_people.person_key
    left outer join service_lists on identities.person_key = service_lists.person_key
    left outer join current_schools on identities.person_key = current_schools.person_key
    left outer join attendance on identities.person_key = attendance.person_key
    left outer join exclusions on identities.person_key = exclusions.person_key
)

select * from indicators
