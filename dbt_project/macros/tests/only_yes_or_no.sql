{# Fails on each flag that is neither Y nor N nor empty. A flag that the agreement withholds has no column. #}
{% test only_yes_or_no(model, columns) %}
with

flags as (
    {% for column in built_columns(model, columns) %}
    select {{ column }} as flag from {{ model }}
    union all
    {% endfor %}
    select null as flag
)

select flag from flags where flag not in ('Y', 'N')
{% endtest %}
