{# Postgres writes out a CTE that is read twice, and reads it in one process. A plain look at a table is better looked at
   again: `name as {{ inlined() }} (select * from ...)`. #}
{% macro inlined() -%}
    {{ return(adapter.dispatch('inlined')()) }}
{%- endmacro %}

{% macro default__inlined() -%}{%- endmacro %}

{% macro postgres__inlined() -%}not materialized{%- endmacro %}

{# The opposite: work that each of several processes would otherwise do again. #}
{% macro written_out() -%}
    {{ return(adapter.dispatch('written_out')()) }}
{%- endmacro %}

{% macro default__written_out() -%}{%- endmacro %}

{% macro postgres__written_out() -%}materialized{%- endmacro %}
