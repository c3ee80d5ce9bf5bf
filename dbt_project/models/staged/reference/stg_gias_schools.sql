with

source as (
    select * from {{ source('raw', 'gias_schools') }}
),

typed as (
    select
        {{ staged_text('urn') }} as urn,
        {{ staged_text('la_code') }} as la_code,
        {{ staged_text('establishment_number') }} as establishment_number,
        {{ staged_text('establishment_name') }} as establishment_name,
        {{ staged_text('establishment_status_code') }} as establishment_status_code,
        {{ staged_day_first_date('close_date') }} as close_date,
        {{ staged_text('postcode') }} as postcode,
        partner,
        delivery_id,
        line_number
    from source
)

select * from typed
