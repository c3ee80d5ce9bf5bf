{# More records of one system than this that share a birth date and a name, a number, or a whole name and home, share a
   default value of that system, and no sign of one person. #}
{% macro linkage_crowd() -%}
    50
{%- endmacro %}

{# How often one system may have registered one person. #}
{% macro linkage_registrations() -%}
    10
{%- endmacro %}

{# Rows of a CTE, but for those whose fields one partner holds so often: nobody of such a crowd is compared, in whatever
   system, so that none of them is the only candidate who is left. The rows need a column partner. #}
{% macro linkage_uncrowded(rows, fields) -%}
    select rows_of_block.*
    from {{ rows }} as rows_of_block
    left join (
        select distinct {{ fields | join(', ') }}
        from {{ rows }}
        group by partner, {{ fields | join(', ') }}
        having count(*) > {{ linkage_crowd() }}
    ) as crowds
        on {% for field in fields -%}
            rows_of_block.{{ field }} = crowds.{{ field }}
            {{- ' and ' if not loop.last }}
        {%- endfor %}
    where crowds.{{ fields[0] }} is null
{%- endmacro %}
