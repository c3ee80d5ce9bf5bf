-- The reports' calendar runs from one September to the last day of the current academic year and marks one as-at day.
with

calendar as (
    select * from {{ ref('dim_date') }}
),

span as (
    select
        min(calendar_date) as first_day,
        max(calendar_date) as last_day,
        count(*) as days,
        count(distinct academic_year) as academic_years,
        count(*) filter (where is_as_at) as as_at_days
    from calendar
)

select *
from span
where
    to_char(first_day, 'MM-DD') <> '09-01'
    or to_char(last_day, 'MM-DD') <> '08-31'
    or days <> last_day - first_day + 1
    or academic_years <> 3
    or as_at_days <> 1
