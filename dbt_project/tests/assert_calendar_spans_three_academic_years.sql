-- The reports' calendar runs from the first day of one academic year to the last of the current one, and marks one as-at day.
with

calendar as (
    select * from {{ ref('dim_date') }}
),

current_year as (
    select year_start from {{ ref('item_academic_year') }}
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

select span.*
from span
cross join current_year
where
    first_day <> (current_year.year_start - interval '2 years')::date
    or last_day + 1 <> (current_year.year_start + interval '1 year')::date
    or days <> last_day - first_day + 1
    or academic_years <> 3
    or as_at_days <> 1
