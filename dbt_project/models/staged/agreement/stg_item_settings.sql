with

source as (
    select * from {{ source('agreement', 'item_settings') }}
),

copied as (
    select
        cin_basis,
        absence_scope,
        ay_start,
        disabled_psr,
        lateness_codes,
        arrears_min,
        balance_max_age_days,
        notice_valid_months,
        factor_months,
        use_factors,
        disability_needs_record,
        count_lunchtime
    from source
)

select * from copied
