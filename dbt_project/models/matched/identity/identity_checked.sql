with

cleaned as (
    select * from {{ ref('identity_clean') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

placeholder_names as {{ inlined() }} (
    select * from {{ ref('linkage_placeholder_names') }}
),

first_names as {{ inlined() }} (
    select * from {{ ref('linkage_first_names') }}
),

placeholder_dates as (
    select * from {{ ref('linkage_placeholder_dates') }}
),

checked as (
    select
        cleaned.record_key,
        cleaned.partner,
        cleaned.source,
        cleaned.record_id,
        case when no_last_name.letters is null then {{ identity_real_name('cleaned.last_name') }} end as last_name,
        case when no_first_name.letters is null then {{ identity_real_name('cleaned.first_name') }} end as first_name,
        coalesce(whole_name.first_name, cleaned.first_name) as whole_name,
        case
            when no_given_name.letters is null then coalesce(given_name.first_name, cleaned.given_name)
        end as given_name,
        cleaned.sex,
        case
            when not {{ normalise_matches('cleaned.nhs_number', '^[0-9]{10}$') }} then null
            when {{ identity_nhs_number_is_dummy('cleaned.nhs_number') }} then null
            when substr(cleaned.nhs_number, 1, 1) = '9' and not run_context.nhs_allow_test_range then null
            when {{ identity_nhs_check_digit_is_right('cleaned.nhs_number') }} then cleaned.nhs_number
        end as nhs_number,
        {% for upn in ['upn', 'former_upn'] -%}
        case
            when not {{ normalise_matches('cleaned.' ~ upn, identity_upn_pattern()) }} then null
            when {{ identity_upn_check_letter_is_right('cleaned.' ~ upn) }} then cleaned.{{ upn }}
        end as {{ upn }},
        {% endfor -%}
        -- a number is one person's without its suffix letter
        case
            when {{ normalise_matches('cleaned.nino', identity_nino_pattern()) }} then substr(cleaned.nino, 1, 8)
            when run_context.nhs_allow_test_range
                and {{ normalise_matches('cleaned.nino', '^QQ[0-9]{6}[A-D]?$') }} then substr(cleaned.nino, 1, 8)
        end as nino,
        cleaned.social_care_id,
        cleaned.education_id,
        cleaned.is_adult_by_role,
        cleaned.is_restricted,
        cleaned.has_several_rows,
        case
            when placeholder_dates.placeholder_date is not null then null
            when cleaned.birth_date between date '1900-01-01' and run_context.as_at then cleaned.birth_date
        end as birth_date
    from cleaned
    cross join run_context
    left join placeholder_names as no_last_name
        on cleaned.last_name = no_last_name.letters
    left join placeholder_names as no_first_name
        on cleaned.first_name = no_first_name.letters
    left join placeholder_names as no_given_name
        on cleaned.given_name = no_given_name.letters
    left join first_names as whole_name
        on cleaned.first_name = whole_name.spelling
    left join first_names as given_name
        on cleaned.given_name = given_name.spelling
    left join placeholder_dates
        on cleaned.birth_date = placeholder_dates.placeholder_date
)

select * from checked
