{#
    dbt's own macro asks the catalogue which columns there are, for each table. A contract has settled that, and a run
    builds a hundred tables.
#}
{% macro postgres__alter_column_comment(relation, column_dict) -%}
    {%- set settled = config.get('contract').enforced -%}
    {%- set present = column_dict if settled else adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- for name in column_dict if name in present %}
        comment on column {{ relation }}.{{ adapter.quote(name) if column_dict[name].quote else name }}
        is {{ postgres_escape_comment(column_dict[name].description) }};
    {%- endfor %}
{%- endmacro %}
