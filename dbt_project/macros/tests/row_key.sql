{#
    Fails on each key that stands on more than one row and on each row that lacks a required column. It returns counts
    only: values stay in the database. Columns that the agreement withholds are no part of the key.
#}
{% test row_key(model, columns, required) %}
{%- set key = built_columns(model, columns) -%}
{%- set filled = built_columns(model, required) -%}
with

repeated_keys as (
    select count(*) as row_count
    from {{ model }}
    {{ 'group by ' ~ key | join(', ') if key else 'where false' }}
    having count(*) > 1
),

incomplete_rows as (
    select 0 as row_count
    from {{ model }}
    where {{ filled | join(' is null or ') }} is null
)

select row_count from repeated_keys
union all
select row_count from incomplete_rows
{% endtest %}
