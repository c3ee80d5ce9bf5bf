{# Groups of values that one partner holds on more than fifty rows of a CTE: a default of that system, and no sign of one
   person. The rows need a column partner. #}
{% macro linkage_crowds(rows, fields) -%}
    select distinct {{ fields | join(', ') }}
    from {{ rows }}
    where {{ fields | join(' is not null and ') }} is not null
    group by partner, {{ fields | join(', ') }}
    having count(*) > 50
{%- endmacro %}

{# Rows of a CTE, but for those of a crowd: nobody of it is compared, in whatever system, so that none of them is the only
   candidate who is left. #}
{% macro linkage_uncrowded(rows, fields) -%}
    select rows_of_block.*
    from {{ rows }} as rows_of_block
    left join ({{ linkage_crowds(rows, fields) }}) as crowds
        on {% for field in fields -%}
            rows_of_block.{{ field }} = crowds.{{ field }}
            {{- ' and ' if not loop.last }}
        {%- endfor %}
    where crowds.{{ fields[0] }} is null
{%- endmacro %}

{# How often one system may have registered one person: a name and date, or a number, that it holds more often is nobody's. #}
{% macro linkage_registrations() -%}
    10
{%- endmacro %}
