{# Fails where the two tables differ in length. #}
{% test same_row_count(model, compare_to) %}
with

counted as (
    select
        (select count(*) from {{ model }}) as row_count,
        (select count(*) from {{ compare_to }}) as expected_count
)

select * from counted where row_count <> expected_count
{% endtest %}
