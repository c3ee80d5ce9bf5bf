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
        case
            when min({{ column }}) is null then 'missing'
            when min({{ column }}) = max({{ column }}) then 'agree'
            else 'conflict'
        end as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from checked
    where has_several_rows
    group by record_key, partner, source, record_id
),

conflicts as (
    select *
    from disagreements
    where 'conflict' in ({{ identity_columns | join(', ') }})
)

select * from conflicts
