with

run_context as (
    select as_at from {{ ref('stg_run_context') }}
),

settings as (
    select count_lunchtime from {{ ref('stg_item_settings') }}
),

current_year as (
    select year_start from {{ ref('item_academic_year') }}
),

linked_records as (
    select * from {{ ref('item_linked_records') }}
    where kind = 'education'
),

feeds as (
    select * from {{ ref('item_feeds') }}
    where extract = 'edu_exclusions'
),

exclusions as (
    {{ current_rows('stg_edu_exclusions') }}
),

categories as (
    select * from {{ ref('exclusion_categories') }}
),

statuses as (
    select * from {{ ref('exclusion_statuses') }}
),

-- A file drawn before the year began is young enough in September, and tells nothing of this year.
coverage as (
    select
        linked_records.person_key,
        bool_and(feeds.is_current and feeds.data_as_at >= current_year.year_start) as is_covered
    from linked_records
    inner join feeds on linked_records.partner = feeds.partner
    cross join current_year
    group by linked_records.person_key
),

this_years as (
    select
        linked_records.person_key,
        exclusions.start_date,
        categories.counts_as,
        case when exclusions.status is null then 'Y' else statuses.stands end as stands
    from linked_records
    inner join exclusions
        on
            linked_records.partner = exclusions.partner
            and linked_records.record_id = exclusions.person_id
    cross join run_context
    cross join current_year
    left outer join categories on upper(exclusions.category) = categories.category
    left outer join statuses on lower(exclusions.status) = statuses.status
    where exclusions.start_date >= current_year.year_start and exclusions.start_date <= run_context.as_at
),

occurrences as (
    select distinct -- what two schools report of the same day is one exclusion
        this_years.person_key,
        this_years.start_date,
        this_years.counts_as
    from this_years
    cross join settings
    where
        this_years.stands = 'Y'
        and (settings.count_lunchtime or this_years.counts_as <> 'lunchtime exclusion')
),

counted as (
    select
        person_key,
        count(*) as exclusions
    from occurrences
    group by person_key
),

-- A category or status that nobody knows leaves the number open.
unknown_people as (
    select distinct person_key from this_years -- one such row is enough
    where counts_as is null or stands is null
),

shown as (
    select
        coverage.person_key,
        case
            when coverage.is_covered and unknown_people.person_key is null then coalesce(counted.exclusions, 0)
        end::integer as exclusions_current_year
    from coverage
    left outer join counted on coverage.person_key = counted.person_key
    left outer join unknown_people on coverage.person_key = unknown_people.person_key
)

select * from shown
