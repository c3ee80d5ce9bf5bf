{% set identity_columns = [
    'last_name', 'first_name', 'sex', 'nhs_number', 'upn', 'nino', 'social_care_id', 'birth_date',
] %}
with

checked as (
    select * from {{ ref('identity_checked') }}
),

disagreements as (
    select
        record_key,
        partner,
        source,
        record_id,
        {% for column in identity_columns -%}
        {{ identity_agreement_of_rows(column) }} as {{ column }},
        {% endfor -%}
        count(*) as rows_of_record
    from checked
    where has_several_rows
    group by record_key, partner, source, record_id
),

conflicts as (
    select
        record_key,
        partner,
        source,
        record_id,
        {{ identity_columns | join(', ') }}
    from disagreements
    where 'conflict' in ({{ identity_columns | join(', ') }})
)

select * from conflicts
