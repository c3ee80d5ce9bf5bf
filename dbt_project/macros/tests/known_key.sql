{# Fails on each key that does not stand in the other table. It passes where the agreement withholds the key. #}
{% test known_key(model, column_name, to) %}
{%- if built_columns(model, [column_name]) %}
select count(*) as row_count
from {{ model }} as keyed
left outer join {{ to }} as known on keyed.{{ column_name }} = known.{{ column_name }}
where keyed.{{ column_name }} is not null and known.{{ column_name }} is null
having count(*) > 0
{%- else %}
select 1 as row_count
where false
{%- endif %}
{% endtest %}
