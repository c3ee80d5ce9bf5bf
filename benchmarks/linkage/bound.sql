-- The least that any linkage in this database has to do after COPY: clean every record once, and group the keys of
-- every tier once. Written for speed, in the forms that Postgres runs in parallel, without pools, clusters or evidence.
drop schema if exists bound cascade;
create schema bound;
{% macro name(column) -%}
case
    when octet_length({{ column }}) = length({{ column }}) then upper({{ column }})
    else upper(regexp_replace(normalize({{ column }}, nfkd), '[\u0300-\u036f]', '', 'g'))
end
{%- endmacro %}
-- text first, in a table of its own: checks over unfinished text would repeat its cleaning once a digit
create unlogged table bound.cleaned as
{% for extract, source, columns in extracts %}
select
    partner || '|' || person_id as record_key,
    partner,
    '{{ source }}' as source,
    {% for column in ['legal_last_name', 'legal_first_name'] %}
    nullif(translate({{ name(column) }}, translate({{ name(column) }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', ''), ''), '')
        as {{ column }},
    {% endfor %}
    cast(nullif(date_of_birth, '') as date) as birth_date,
    translate(nhs_number, ' -', '') as nhs_number,
    {% for column in ['upn', 'nino', 'social_care_id', 'education_id'] %}
    {{ column if column in columns else 'null::text' }} as {{ column }},
    {% endfor %}
    {{ columns['postcode'] }} as postcode
from raw.{{ extract }}{{ columns['join'] }}
{{ 'union all' if not loop.last }}
{% endfor %};
create unlogged table bound.standard as
select
    record_key,
    partner,
    source,
    legal_last_name as last_name,
    left(legal_first_name, 3) as first_three,
    case when birth_date not in ('1900-01-01', '1901-01-01', '1970-01-01') then to_char(birth_date, 'YYYY-MM-DD') end
        as birth_date,
    case
        when nhs_number ~ '^[0-9]{10}$' and (
            {% for place in range(1, 11) %}
            {{ 11 - place }} * substr(nhs_number, {{ place }}, 1)::integer{{ ' +' if not loop.last }}
            {% endfor %}
        ) % 11 = 0 and nhs_number <> '0000000000' then nhs_number
    end as nhs_number,
    case when upn ~ '^[A-Z][0-9]{12}$' then upn end as upn,
    case when source in ('csc', 'asc') then split_part(record_key, '|', 2) else social_care_id end as social_care_id,
    case when source = 'edu' then split_part(record_key, '|', 2) else education_id end as education_id,
    upper(translate(postcode, ' ', '')) as postcode
from bound.cleaned;
analyze bound.standard;
{% for key in [
    'nhs_number', 'upn', 'social_care_id', 'education_id',
    "birth_date || '|' || last_name || '|' || first_three", "postcode || '|' || last_name || '|' || first_three",
] %}
create unlogged table bound.key_{{ loop.index }} as
select
    {{ key }} as key,
    min(record_key) as first_record,
    {% for source in ['housing', 'csc', 'asc', 'edu'] %}
    sum(case when source = '{{ source }}' then 1 else 0 end) as {{ source }},
    {% endfor %}
    max(record_key) as last_record
from bound.standard
where {{ key }} is not null
group by {{ key }}
having count(*) > 1;
{% endfor %}
