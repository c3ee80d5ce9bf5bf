with

run_context as (
    select * from {{ ref('stg_run_context') }}
),

described as (
    select
        publish_id,
        agreement_id,
        agreement_version,
        hold_while,
        cin_basis,
        arrears_min::numeric(12, 2) as arrears_min,
        balance_max_age_days,
        notice_valid_months,
        as_at,
        started_at
    from run_context
)

select * from described
