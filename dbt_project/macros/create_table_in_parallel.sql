{#
    Postgres runs `create table as` in parallel and `insert` never. dbt's own macro, for which this one stands in, makes
    the table of a contracted model empty and inserts, for the sake of constraints, of which the project has none. The
    contract is checked all the same, and the columns stand in its order.
#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- set kind = 'temporary' if temporary else 'unlogged' if config.get('unlogged', default=false) else '' -%}
    {%- if config.get('contract').enforced and not temporary -%}
        {{ get_assert_columns_equivalent(sql) }}
        {%- set sql = get_select_subquery(sql) -%}
    {%- endif -%}
    {{ config.get('sql_header', default='') }}
    create {{ kind }} table {{ relation }} as (
        {{ sql }}
    );
{%- endmacro %}
