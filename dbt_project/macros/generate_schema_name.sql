{# Schemas bear their exact names in every environment: roles and grants are made per schema by the bootstrap. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
