{# Raw columns are text that landing has already checked against the contract; these macros only type them. #}
{% macro staged_text(column) -%}
    nullif(btrim({{ column }}), '')
{%- endmacro %}

{% macro staged_date(column) -%}
    nullif(btrim({{ column }}), '')::date
{%- endmacro %}

{% macro staged_number(column) -%}
    nullif(btrim({{ column }}), '')::numeric
{%- endmacro %}

{% macro staged_boolean(column) -%}
    case upper(btrim({{ column }})) when 'Y' then true when 'N' then false end
{%- endmacro %}

{# The schools register writes days first. #}
{% macro staged_day_first_date(column) -%}
    to_date(nullif(btrim({{ column }}), ''), 'DD-MM-YYYY')
{%- endmacro %}
