with

housing_stays as (
    select * from {{ ref('housing_stays') }}
),

in_scope as (
    select
        partner,
        record_id,
        is_in_temporary_accommodation,
        is_suspended
    from housing_stays
    where is_housed_now or is_suspended
)

select * from in_scope
