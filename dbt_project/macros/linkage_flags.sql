{# What two values say of each other: agree, conflict, or missing where either side is silent. #}
{% macro linkage_flag(left_value, right_value) -%}
    case
        when {{ left_value }} is null or {{ right_value }} is null then 'missing'
        when {{ left_value }} = {{ right_value }} then 'agree'
        else 'conflict'
    end
{%- endmacro %}

{# The same for a field of which a cluster holds up to two values, in the columns <field>_a and <field>_b of l and
   r. #}
{% macro linkage_flag_of_two(field) -%}
    case
        when l.{{ field }}_a is null or r.{{ field }}_a is null then 'missing'
        when {{ linkage_any_of_two(field) }} then 'agree'
        else 'conflict'
    end
{%- endmacro %}

{% macro linkage_any_of_two(field) -%}
    (l.{{ field }}_a in (r.{{ field }}_a, r.{{ field }}_b) or l.{{ field }}_b in (r.{{ field }}_a, r.{{ field }}_b))
{%- endmacro %}

{# First names: agree, close (their first three letters do), conflict or missing. #}
{% macro linkage_first_name_flag() -%}
    case
        when l.first_name_a is null or r.first_name_a is null then 'missing'
        when {{ linkage_any_of_two('first_name') }} then 'agree'
        when substr(l.first_name_a, 1, 3) in (substr(r.first_name_a, 1, 3), substr(r.first_name_b, 1, 3))
            or substr(l.first_name_b, 1, 3) in (substr(r.first_name_a, 1, 3), substr(r.first_name_b, 1, 3)) then 'close'
        else 'conflict'
    end
{%- endmacro %}

{# One side's whole first name is the first word of the other's, in whatever spelling: Freya and Freya Julie, Dan and
   Daniel James, but not Freya and Freya-Julie, nor Freya Ann and Freya Julie. #}
{% macro linkage_given_name_is_shared() -%}
    coalesce(
        l.whole_name_a in (r.given_name_a, r.given_name_b) or l.whole_name_b in (r.given_name_a, r.given_name_b)
        or r.whole_name_a in (l.given_name_a, l.given_name_b) or r.whole_name_b in (l.given_name_a, l.given_name_b),
        false
    )
{%- endmacro %}

{# One slip of the pen apart, and one of the two a name that hardly anybody bears while many bear the other: Abigail and
   Abieail, but not Amelia and Amelie. #}
{% macro linkage_first_name_is_misspelt(known=50) -%}
    coalesce(
        greatest(left_names.bearers, right_names.bearers)
        >= {{ known }} * least(left_names.bearers, right_names.bearers)
        and {{ linkage_is_one_slip('l.first_name_a', 'r.first_name_a') }},
        false
    )
{%- endmacro %}

{# A first name typed into the field of the last name, or the other way round. #}
{% macro linkage_names_are_crossed() -%}
    coalesce(l.first_name_a in (r.last_name_a, r.last_name_b), false)
    or coalesce(l.last_name_a in (r.first_name_a, r.first_name_b), false)
{%- endmacro %}

{# Birth dates: agree, close (a slip of the pen explains the difference), conflict or missing. #}
{% macro linkage_birth_date_flag() -%}
    case
        when l.birth_date_a is null or r.birth_date_a is null then 'missing'
        when {{ linkage_any_of_two('birth_date') }} then 'agree'
        when {{ linkage_dates_are_close('l.birth_date_a', 'r.birth_date_a') }}
            and {{ linkage_dates_are_close('l.birth_date_b', 'r.birth_date_b') }} then 'close'
        else 'conflict'
    end
{%- endmacro %}

{# Day and month swapped, or two of day, month and year equal, or one of them the 1 January of the same year, which
   stands for "some day of that year". Dates more than twelve years apart are two generations. #}
{% macro linkage_dates_are_close(left_date, right_date) -%}
    (
        {{ linkage_is_one_generation(left_date, right_date) }}
        and (
            (
                extract(day from {{ left_date }}) = extract(month from {{ right_date }})
                and extract(month from {{ left_date }}) = extract(day from {{ right_date }})
                and extract(year from {{ left_date }}) = extract(year from {{ right_date }})
            )
            or (
                extract(year from {{ left_date }}) = extract(year from {{ right_date }})
                and ({{ linkage_is_new_year(left_date) }} or {{ linkage_is_new_year(right_date) }})
            )
            {%- for first, second in [('year', 'month'), ('year', 'day'), ('month', 'day')] %}
            or (
                extract({{ first }} from {{ left_date }}) = extract({{ first }} from {{ right_date }})
                and extract({{ second }} from {{ left_date }}) = extract({{ second }} from {{ right_date }})
            )
            {%- endfor %}
        )
    )
{%- endmacro %}

{# Whose birth dates are more than twelve years apart may be parent and child. #}
{% macro linkage_is_one_generation(left_date, right_date) -%}
    abs(extract(year from {{ left_date }}) - extract(year from {{ right_date }})) <= 12
{%- endmacro %}

{# 1 January stands for "some day of that year" in many people's papers. #}
{% macro linkage_is_new_year(birth_date) -%}
    (extract(month from {{ birth_date }}) = 1 and extract(day from {{ birth_date }}) = 1)
{%- endmacro %}

{% macro linkage_iso_date(date) -%}
    {{ return(adapter.dispatch('linkage_iso_date')(date)) }}
{%- endmacro %}

{% macro postgres__linkage_iso_date(date) -%}
    to_char({{ date }}, 'YYYY-MM-DD')
{%- endmacro %}

{# The flags of a compared pair as JSON. Flags only, never values: a reviewer sees whether numbers agree, not the
   numbers. #}
{% macro linkage_evidence() -%}
    {{ return(adapter.dispatch('linkage_evidence')()) }}
{%- endmacro %}

{% macro postgres__linkage_evidence() -%}
    jsonb_build_object(
        {%- for field in ['nhs_number', 'upn', 'nino', 'last_name', 'postcode', 'sex'] %}
        '{{ field }}', {{ field }},
        {%- endfor %}
        {%- for field in ['birth_date', 'first_name'] %}
        '{{ field }}', case {{ field }} when 'close' then 'agree' else {{ field }} end,
        '{{ field }}_exact',
        case {{ field }} when 'close' then 'conflict' else {{ field }} end{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# The flags of a record whose own rows disagree; a pair has no other side here. #}
{% macro linkage_conflict_evidence() -%}
    {{ return(adapter.dispatch('linkage_conflict_evidence')()) }}
{%- endmacro %}

{% macro postgres__linkage_conflict_evidence() -%}
    jsonb_build_object(
        {%- for field in ['nhs_number', 'upn', 'nino', 'last_name', 'sex', 'birth_date', 'first_name'] %}
        '{{ field }}', conflicts.{{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# The values of a column in a group, without nulls; null where there are none. #}
{% macro linkage_set(column) -%}
    {{ return(adapter.dispatch('linkage_set')(column)) }}
{%- endmacro %}

{% macro postgres__linkage_set(column) -%}
    array_agg({{ column }}) filter (where {{ column }} is not null)
{%- endmacro %}

{# Condition that two such sets have a value in common. #}
{% macro linkage_sets_meet(left_set, right_set) -%}
    {{ return(adapter.dispatch('linkage_sets_meet')(left_set, right_set)) }}
{%- endmacro %}

{% macro postgres__linkage_sets_meet(left_set, right_set) -%}
    {{ left_set }} && {{ right_set }}
{%- endmacro %}
