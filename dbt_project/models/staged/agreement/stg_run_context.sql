with

source as (
    select * from {{ source('agreement', 'run_context') }}
),

copied as (
    select
        publish_id,
        agreement_id,
        agreement_version,
        agreement_sha256,
        hold_while,
        postcode_max_people,
        common_name_limit,
        nhs_allow_test_range,
        as_at,
        started_at
    from source
)

select * from copied
