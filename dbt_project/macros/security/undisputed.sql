{#
    A column that is blank, or holds a word in its place, while the item that it shows is disputed. Needs a CTE or table
    `disputed_items` joined by person; who has no dispute has no row there.
#}
{% macro undisputed(column, item, instead='null') -%}
    case when '{{ item }}' = any(disputed_items.items) then {{ instead }} else {{ column }} end as {{ column.split('.')[1] }}
{%- endmacro %}
