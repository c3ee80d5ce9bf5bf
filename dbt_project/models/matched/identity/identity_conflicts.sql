{% set identifiers = ['nhs_number', 'upn', 'nino', 'social_care_id'] %}
{% set identity_columns = ['last_name', 'first_name', 'sex', 'birth_date'] + identifiers %}
with

checked as (
    select * from {{ ref('identity_checked') }}
),

lawful_identifiers as (
    select * from {{ ref('stg_lawful_identifiers') }}
),

{{ identity_lawful() }},

-- what a partner may not be matched by is no question to a reviewer either
usable as (
    select
        checked.record_key,
        checked.partner,
        checked.source,
        checked.record_id,
        checked.last_name,
        checked.first_name,
        checked.sex,
        {% for identifier in identifiers -%}
        case when lawful.{{ identifier }} then checked.{{ identifier }} end as {{ identifier }},
        {% endfor -%}
        checked.birth_date
    from checked
    left join lawful
        on checked.partner = lawful.partner
    where checked.has_several_rows
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
    from usable
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
