{#
    Fails on each key that stands on more than one row and on each row that lacks a required column. It returns counts
    only: values stay in the database.
#}
{% test row_key(model, columns, required) %}
with

repeated_keys as (
    select count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
),

incomplete_rows as (
    select 0 as row_count
    from {{ model }}
    where {{ required | join(' is null or ') }} is null
)

select row_count from repeated_keys
union all
select row_count from incomplete_rows
{% endtest %}
