{# What starts on the day counts and what ends on the day does not: a plan that ended today is not open. #}
{% macro open_at(start_date, end_date, as_at) -%}
    {{ start_date }} <= {{ as_at }} and ({{ end_date }} is null or {{ end_date }} > {{ as_at }})
{%- endmacro %}

{# The same where an empty start means "from the beginning". #}
{% macro open_at_if_started(start_date, end_date, as_at) -%}
    ({{ start_date }} is null or {{ start_date }} <= {{ as_at }}) and ({{ end_date }} is null or {{ end_date }} > {{ as_at }})
{%- endmacro %}
