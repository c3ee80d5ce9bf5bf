{# Rows of a CTE, but for those who share the fields with more than fifty rows of their own partner. So many of one name and
   birth date, of one home and birth date or of one number are somebody's default value, and no sign of one person; compared
   with each other they would be millions of pairs. The rows need a column partner. #}
{% macro linkage_uncrowded(rows, fields, limit=50) -%}
    select rows_of_block.*
    from {{ rows }} as rows_of_block
    left join (
        select
            partner,
            {{ fields | join(', ') }}
        from {{ rows }}
        group by partner, {{ fields | join(', ') }}
        having count(*) > {{ limit }}
    ) as crowds
        on rows_of_block.partner = crowds.partner
        {% for field in fields -%}
        and rows_of_block.{{ field }} = crowds.{{ field }}
        {% endfor -%}
    where crowds.partner is null
{%- endmacro %}
