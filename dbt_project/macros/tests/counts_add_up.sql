{# Fails on each row whose parts do not add up to the whole, or in which one of them is below nought. #}
{% test counts_add_up(model, parts, whole) %}
select 1 as offence
from {{ model }}
where {{ parts | join(' + ') }} is distinct from {{ whole }} or least({{ parts | join(', ') }}) < 0
{% endtest %}
