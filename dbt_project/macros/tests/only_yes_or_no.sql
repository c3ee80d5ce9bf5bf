{# Fails on each flag that is neither Y nor N nor empty. #}
{% test only_yes_or_no(model, columns) %}
with

flags as (
    {% for column in columns %}
    select {{ column }} as flag from {{ model }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select flag from flags where flag not in ('Y', 'N')
{% endtest %}
