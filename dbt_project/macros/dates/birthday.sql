{#
    The day on which an age is reached. People born on 29 February reach it on 1 March of a common year, as English
    practice has it.
#}
{% macro birthday(date_of_birth, age) -%}
    (
        ({{ date_of_birth }} + make_interval(years => {{ age }}))::date
        + case
            when extract(day from {{ date_of_birth }}) = 29
                and extract(month from {{ date_of_birth }}) = 2
                and extract(day from {{ date_of_birth }} + make_interval(years => {{ age }})) = 28
                then 1
            else 0
        end
    )
{%- endmacro %}
