{# First day of the academic year that holds a day. Years begin on `first_day`, text as MM-DD. #}
{% macro academic_year_start(day, first_day) -%}
    {%- set this_year = academic_year_first_day("extract(year from " ~ day ~ ")::integer", first_day) -%}
    {%- set last_year = academic_year_first_day("extract(year from " ~ day ~ ")::integer - 1", first_day) -%}
    case when {{ day }} >= {{ this_year }} then {{ this_year }} else {{ last_year }} end
{%- endmacro %}

{% macro academic_year_first_day(year, first_day) -%}
    make_date({{ year }}, substr({{ first_day }}, 1, 2)::integer, substr({{ first_day }}, 4, 2)::integer)
{%- endmacro %}

{# Its name, such as 2026/27. #}
{% macro academic_year_name(start) -%}
    to_char({{ start }}, 'YYYY') || '/' || to_char({{ start }} + interval '1 year', 'YY')
{%- endmacro %}
