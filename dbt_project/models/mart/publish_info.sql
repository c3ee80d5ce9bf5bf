with

run_context as (
    select * from {{ ref('stg_run_context') }}
),

settings as (
    select * from {{ ref('stg_item_settings') }}
),

described as (
    select
        run_context.publish_id,
        run_context.agreement_id,
        run_context.agreement_version,
        run_context.hold_while,
        settings.cin_basis,
        settings.absence_scope,
        settings.ay_start,
        settings.disabled_psr,
        settings.lateness_codes,
        settings.arrears_min::numeric(12, 2) as arrears_min,
        settings.balance_max_age_days,
        settings.notice_valid_months,
        settings.factor_months,
        settings.use_factors,
        settings.disability_needs_record,
        settings.count_lunchtime,
        run_context.as_at,
        run_context.started_at
    from run_context
    cross join settings
)

select * from described
