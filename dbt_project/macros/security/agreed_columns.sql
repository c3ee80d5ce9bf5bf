{#
    A mart model derives every column that Hearthlink can show; its table is made with those that the agreement shows.
    What is left out is never written, so dropping an item from the agreement is enough. The contract still holds model
    and YAML together, and a column that neither the agreement nor its blank form knows is built and stops the gate.

    Rows that are equal in all that is left are one row. A table of which no item is left holds nobody. Stands in for
    dbt's own macro of the same name.
#}
{% macro default__get_select_subquery(sql) %}
    {%- set columns = agreed_columns(model) -%}
    select {{ 'distinct' if columns | length < model['columns'] | length }} {{ columns.keys() | join(', ') }}
    from (
        {{ sql }}
    ) as model_subq
    {{ 'where false' if shows_items(model.columns) and not shows_items(columns) }}
{%- endmacro %}

{# The columns of a model, as its YAML has them, without those that the agreement withholds. #}
{% macro agreed_columns(node) %}
    {%- if not execute or not shows_items(node.columns) -%}{{ return(node.columns) }}{%- endif -%}
    {%- set withheld = run_query(
        "select mart_column from " ~ source('agreement', 'withheld_columns').render() ~
        " where mart_table = '" ~ node.name ~ "'"
    ).columns[0].values() -%}
    {%- set agreed = {} -%}
    {%- for name, column in node.columns.items() if name not in withheld -%}
        {%- do agreed.update({name: column}) -%}
    {%- endfor -%}
    {{ return(agreed) }}
{% endmacro %}

{% macro shows_items(columns) %}
    {%- set items = [] -%}
    {%- for column in columns.values() if column.config.meta.item -%}{%- do items.append(column) -%}{%- endfor -%}
    {{ return(items | length > 0) }}
{% endmacro %}

{#
    Those of the names that a built table has: what the agreement withholds of the mart has no column to be tested. All
    of them where dbt compiles without a database.
#}
{% macro built_columns(relation, names) %}
    {%- if not execute or not flags.INTROSPECT or relation.schema != 'mart_candidate' -%}
        {{ return(names) }}
    {%- endif -%}
    {%- set built = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {{ return(names | select('in', built) | list) }}
{% endmacro %}
