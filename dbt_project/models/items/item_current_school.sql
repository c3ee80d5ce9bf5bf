with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where kind = 'education'
),

identities as (
    select * from {{ ref('item_identity') }}
),

withheld_people as (
    select * from {{ ref('item_withheld_people') }}
),

pupils as (
    {{ current_rows('stg_edu_pupils') }}
),

enrolments as (
    select * from {{ ref('item_open_enrolments') }}
    where precedence = 1
),

schools as (
    select * from {{ ref('item_schools') }}
),

spells as (
    {{ current_rows('stg_edu_ehe_cme') }}
),

statuses as (
    select * from {{ ref('out_of_school_statuses') }}
),

pupils_by_person as (
    select
        linked_records.person_key,
        coalesce(min(pupils.date_of_birth), min(identities.date_of_birth)) as date_of_birth
    from linked_records
    inner join pupils
        on
            linked_records.partner = pupils.partner
            and linked_records.record_id = pupils.person_id
    inner join identities on linked_records.person_key = identities.person_key
    group by linked_records.person_key
),

open_spells as (
    select
        linked_records.person_key,
        statuses.shown_as,
        row_number() over (
            partition by linked_records.person_key
            order by statuses.precedence, statuses.status
        ) as precedence
    from linked_records
    inner join spells
        on
            linked_records.partner = spells.partner
            and linked_records.record_id = spells.person_id
    inner join statuses on upper(regexp_replace(spells.status, '[^A-Za-z0-9]+', '_', 'g')) = statuses.status
    cross join run_context
    where {{ open_at('spells.start_date', 'spells.end_date', 'run_context.as_at') }}
),

found as (
    select
        pupils_by_person.person_key,
        case
            when enrolments.person_key is not null
                then coalesce(schools.school_name, 'School ' || enrolments.laestab || ' (not in the schools register)')
            when open_spells.person_key is not null then open_spells.shown_as
            when
                {{ school_age_begins('pupils_by_person.date_of_birth') }} <= run_context.as_at
                and {{ school_age_ends('pupils_by_person.date_of_birth') }} >= run_context.as_at
                then 'Not known'
        end as current_school,
        schools.postcode as current_school_postcode,
        schools.school_key
    from pupils_by_person
    cross join run_context
    left outer join enrolments on pupils_by_person.person_key = enrolments.person_key
    left outer join schools on enrolments.laestab = schools.laestab
    left outer join open_spells
        on
            pupils_by_person.person_key = open_spells.person_key
            and open_spells.precedence = 1
),

-- A hidden person's school, and that of a child of the same household, tells where to wait for them.
shown as (
    select
        found.person_key,
        case when withheld_people.is_address_withheld then 'Withheld' else found.current_school end as current_school,
        case when not withheld_people.is_address_withheld then found.current_school_postcode end
            as current_school_postcode,
        case when not withheld_people.is_address_withheld then found.school_key end as school_key
    from found
    inner join withheld_people on found.person_key = withheld_people.person_key
)

select * from shown
