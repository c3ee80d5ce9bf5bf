{% test row_count_is(model, rows) %}
select count(*) as row_count
from {{ model }}
having count(*) <> {{ rows }}
{% endtest %}
