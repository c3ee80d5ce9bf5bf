{# A flag of a pair's evidence. Dispatched: how JSON is read differs. #}
{% macro linkage_told(evidence, field) -%}
    {{ return(adapter.dispatch('linkage_told')(evidence, field)) }}
{%- endmacro %}

{% macro postgres__linkage_told(evidence, field) -%}
    {{ evidence }} ->> '{{ field }}'
{%- endmacro %}

{# The evidence of a pair in words, without values: "agree: NHS number, last name; differ: sex". A date or name that is
   close but not equal says so. #}
{% macro linkage_evidence_in_words(evidence) -%}
    {%- set fields = {
        'nhs_number': 'NHS number', 'upn': 'pupil number', 'nino': 'National Insurance number', 'last_name': 'last name',
        'first_name': 'first name', 'birth_date': 'birth date', 'sex': 'sex', 'postcode': 'postcode',
    } -%}
    concat_ws(
        '; ',
        {%- for flag, words in [('agree', 'agree'), ('conflict', 'differ'), ('missing', 'not known to both')] %}
        '{{ words }}: ' || nullif(
            concat_ws(
                ', ',
                {%- for field, name in fields.items() %}
                case
                    when {{ linkage_told(evidence, field) }} = '{{ flag }}'
                        {%- if flag == 'agree' and field in ('first_name', 'birth_date') %}
                        then case
                            when {{ linkage_told(evidence, field ~ '_exact') }} = 'conflict' then '{{ name }} (close)'
                            else '{{ name }}'
                        end
                        {%- else %}
                        then '{{ name }}'
                        {%- endif %}
                end{{ ',' if not loop.last }}
                {%- endfor %}
            ), ''
        ){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# A kind of system in words. #}
{% macro linkage_source_in_words(source) -%}
    case {{ source }}
        when 'housing' then 'housing'
        when 'csc' then 'children''s social care'
        when 'asc' then 'adult social care'
        when 'edu' then 'education'
    end
{%- endmacro %}
