{#
    Compulsory school age begins on the 31 March, 31 August or 31 December on or after the fifth birthday
    (Education Act 1996 s8).
#}
{% macro school_age_begins(date_of_birth) -%}
    {%- set fifth = birthday(date_of_birth, 5) -%}
    case
        when {{ fifth }} <= make_date(extract(year from {{ fifth }})::integer, 3, 31)
            then make_date(extract(year from {{ fifth }})::integer, 3, 31)
        when {{ fifth }} <= make_date(extract(year from {{ fifth }})::integer, 8, 31)
            then make_date(extract(year from {{ fifth }})::integer, 8, 31)
        else make_date(extract(year from {{ fifth }})::integer, 12, 31)
    end
{%- endmacro %}

{# It ends on the last Friday in June of the school year of the sixteenth birthday. School years begin in September. #}
{% macro school_age_ends(date_of_birth) -%}
    {%- set sixteenth = birthday(date_of_birth, 16) -%}
    {%- set june = "make_date(extract(year from " ~ sixteenth ~ " + interval '4 months')::integer, 6, 30)" -%}
    {{ june }} - (extract(isodow from {{ june }})::integer + 2) % 7
{%- endmacro %}
