{#
    Grants a mart table to the functions of the agreement, inside the transaction that builds the table, so that it never
    stands open and never stands closed to those who may read it. Each mart column says in its meta either which item it
    shows or that it is structural; a column that says neither stops the build. An item's column is granted to a function
    only if the agreement lists the item for the function and the column for the item. Structural columns (keys, labels)
    come along with the first item; tables that show no item at all, such as the calendar, go to every function. Hidden
    columns go to none. A function that sees nobody is granted nothing.
#}
{% macro grant_by_agreement() %}
    {%- if execute -%}
        {%- set items = mart_column_items(model) -%}
        {%- set has_people = items['visible_to'] is defined -%}
        {%- set has_items = items.values() | reject('none') | reject('equalto', 'hidden') | list | length > 0 -%}
        {%- for function, permitted in permitted_columns(this.identifier).items() -%}
            {%- set shown = [] -%}
            {%- set structural = [] -%}
            {%- for column, item in items.items() if item != 'hidden' -%}
                {%- if item is none -%}{%- do structural.append(adapter.quote(column)) -%}
                {%- elif permitted.get(column) == item -%}{%- do shown.append(adapter.quote(column)) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if shown or not has_items %}
                grant select ({{ (structural + shown) | join(', ') }}) on {{ this }} to {{ adapter.quote('fn_' ~ function) }};
            {%- endif -%}
        {%- endfor %}
        {%- if has_people %}
            {{ limit_rows(row_scopes()) }}
        {%- endif %}
        grant select on {{ this }} to hl_analyst, hl_publisher
    {%- endif -%}
{% endmacro %}

{#
    Row policies of a table about people, which bind its owner too. A reader sees the rows that a token of theirs opens,
    but of nobody whose processing is restricted or who objected with success; both are asked once per statement, who the
    reader is by session_user, which no SET ROLE and no setting changes. The pipeline's
    logins see every row: they build, judge and copy. Governance compares the policies with these before each publish.
#}
{% macro limit_rows(scopes) %}
    alter table {{ this }} enable row level security;
    alter table {{ this }} force row level security;
    create policy pipeline on {{ this }} for select to hl_analyst, hl_publisher using (true);
    create policy builder on {{ this }} to hl_dbt using (true) with check (true);
    {%- for function, row_scope in scopes.items() %}
    create policy {{ adapter.quote('fn_' ~ function) }} on {{ this }} for select to {{ adapter.quote('fn_' ~ function) }}
    using (
        visible_to && (select access.my_tokens('{{ row_scope }}', '{{ this.identifier }}'))
        and not visible_to && (select access.stopped_tokens())
    );
    {%- endfor %}
{% endmacro %}

{# Function to the rule of its rows, without functions that see nobody. #}
{% macro row_scopes() %}
    {%- set lines = run_query(
        "select function, row_scope from " ~ source('agreement', 'functions').render() ~
        " where row_scope <> 'none' order by function"
    ) -%}
    {%- set scopes = {} -%}
    {%- for line in lines -%}{%- do scopes.update({line[0]: line[1]}) -%}{%- endfor -%}
    {{ return(scopes) }}
{% endmacro %}

{# Column name to item, to none where the column is structural, or to 'hidden' where nobody reads it. #}
{% macro mart_column_items(node) %}
    {%- set items = {} -%}
    {%- for name, column in node.columns.items() -%}
        {%- set meta = column.config.meta -%}
        {%- if meta.item and not meta.structural -%}{%- do items.update({name: meta.item}) -%}
        {%- elif meta.structural and not meta.item -%}{%- do items.update({name: 'hidden' if meta.hidden else none}) -%}
        {%- else -%}
            {%- set advice = 'give its meta an item of the agreement, or structural: true' -%}
            {{ exceptions.raise_compiler_error(node.name ~ '.' ~ name ~ ': ' ~ advice) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(items) }}
{% endmacro %}

{#
    Function to {column: item} of one mart table, as the agreement has it. Items for matching only are never among them.
    The relations are rendered by hand because `dbt run --empty` would put empty subqueries in their place.
#}
{% macro permitted_columns(mart_table) %}
    {%- set lines = run_query(
        "select functions.function, granted.mart_column, granted.item "
        "from " ~ source('agreement', 'functions').render() ~ " as functions "
        "left join ("
        "select function_items.function, item_columns.item, item_columns.mart_column "
        "from " ~ source('agreement', 'function_items').render() ~ " as function_items "
        "inner join " ~ source('agreement', 'item_columns').render() ~ " as item_columns "
        "on function_items.item = item_columns.item "
        "inner join " ~ source('agreement', 'data_items').render() ~ " as data_items "
        "on function_items.item = data_items.item "
        "where data_items.use = 'display' and item_columns.mart_table = '" ~ mart_table ~ "'"
        ") as granted on functions.function = granted.function "
        "where functions.row_scope <> 'none' order by 1, 2"
    ) -%}
    {%- set permitted = {} -%}
    {%- for line in lines -%}
        {%- do permitted.setdefault(line[0], {}) -%}
        {%- if line[1] -%}{%- do permitted[line[0]].update({line[1]: line[2]}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(permitted) }}
{% endmacro %}
