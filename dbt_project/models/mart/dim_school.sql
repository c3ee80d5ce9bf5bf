with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

schools as (
    select * from {{ ref('item_schools') }}
),

current_schools as (
    select distinct school_key from {{ ref('item_current_school') }} -- many pupils share a school
),

attended_schools as (
    select
        schools.school_key,
        schools.school_name,
        schools.postcode as school_postcode,
        run_context.publish_id
    from schools
    inner join current_schools on schools.school_key = current_schools.school_key
    cross join run_context
)

select * from attended_schools
