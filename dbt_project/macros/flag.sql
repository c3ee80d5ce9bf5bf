{# Y, N or NULL. N needs proof that somebody looked: not known is never N. #}
{% macro flag(is_true, is_known) -%}
    case when {{ is_true }} then 'Y' when {{ is_known }} then 'N' end
{%- endmacro %}
