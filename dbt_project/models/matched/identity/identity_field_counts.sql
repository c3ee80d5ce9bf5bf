{#
    What counts as a placeholder: a value that stands for no person. Checked identifiers are null for every one of them,
    so valid, placeholder and invalid values never overlap.
#}
{% set placeholder_conditions = {
    'nhs_number': identity_nhs_number_is_dummy('cleaned.nhs_number')
        ~ " or (not run_context.nhs_allow_test_range and cleaned.nhs_number like '9_________')",
    'upn': normalise_matches('cleaned.upn', '^UN[0-9]+$'),
    'former_upn': normalise_matches('cleaned.former_upn', '^UN[0-9]+$'),
    'nino': normalise_matches('cleaned.nino', '^(OO|CR|FY|MW|NC|PP|PY|PZ|TN)[0-9]{6}[A-Z]?$')
        ~ " or (not run_context.nhs_allow_test_range and cleaned.nino like 'QQ______%')",
    'social_care_id': 'false',
    'education_id': 'false',
    'birth_date': 'placeholder_dates.placeholder_date is not null',
} %}
{% set fields = placeholder_conditions.keys() | list %}
with

cleaned as (
    select * from {{ ref('identity_clean') }}
),

checked as (
    select * from {{ ref('identity_checked') }}
),

run_context as (
    select * from {{ ref('stg_run_context') }}
),

placeholder_dates as (
    select * from {{ ref('linkage_placeholder_dates') }}
),

lawful_identifiers as (
    select * from {{ ref('stg_lawful_identifiers') }}
),

filled as (
    select
        cleaned.partner,
        {% for field, condition in placeholder_conditions.items() -%}
        count(cleaned.{{ field }}) as {{ field }}_filled,
        sum(case when {{ condition }} then 1 else 0 end) as {{ field }}_placeholder,
        {% endfor -%}
        count(*) as rows_counted
    from cleaned
    cross join run_context
    left join placeholder_dates
        on cleaned.birth_date = placeholder_dates.placeholder_date
    group by cleaned.partner
),

valid as (
    select
        partner,
        {% for field in fields -%}
        count({{ field }}) as {{ field }}_valid,
        {% endfor -%}
        count(*) as rows_checked
    from checked
    group by partner
),

per_field as (
    {% for field in fields -%}
    select
        filled.partner,
        '{{ field }}' as field,
        '{{ 'upn' if field == 'former_upn' else field }}' as identifier,
        filled.rows_counted,
        filled.{{ field }}_filled as filled,
        valid.{{ field }}_valid as valid,
        filled.{{ field }}_placeholder as placeholder
    from filled
    inner join valid
        on filled.partner = valid.partner
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted as (
    select
        per_field.partner,
        per_field.field,
        cast(per_field.rows_counted as bigint) as rows_counted,
        cast(per_field.filled as bigint) as filled,
        cast(per_field.valid as bigint) as valid,
        cast(per_field.placeholder as bigint) as placeholder,
        cast(per_field.filled - per_field.valid - per_field.placeholder as bigint) as invalid,
        -- a birth date is no identifier, and no privacy statement has to name it
        cast(
            case
                when per_field.field = 'birth_date' or lawful_identifiers.allowed then 0 else per_field.valid
            end as bigint
        ) as unlawful
    from per_field
    left join lawful_identifiers
        on per_field.partner = lawful_identifiers.partner
            and per_field.identifier = lawful_identifiers.identifier
)

select * from counted
