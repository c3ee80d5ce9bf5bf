{# Condition that two different names of four letters or more are one slip apart: a letter wrong, left out, added, or two
   neighbours swapped. There is then a place before which they are equal, and after which they are equal again. No edit
   distance of an extension is needed, and no loop: each of the first places is asked. #}
{% macro linkage_is_one_slip(left_name, right_name, places=20) -%}
    (
        abs(length({{ left_name }}) - length({{ right_name }})) <= 1
        and least(length({{ left_name }}), length({{ right_name }})) >= 4
        and (
            {%- for place in range(1, places + 1) %}
            {{ 'or ' if not loop.first }}(
                substr({{ left_name }}, 1, {{ place - 1 }}) = substr({{ right_name }}, 1, {{ place - 1 }})
                and (
                    substr({{ left_name }}, {{ place + 1 }}) = substr({{ right_name }}, {{ place + 1 }})
                    or substr({{ left_name }}, {{ place + 1 }}) = substr({{ right_name }}, {{ place }})
                    or substr({{ left_name }}, {{ place }}) = substr({{ right_name }}, {{ place + 1 }})
                    or (
                        substr({{ left_name }}, {{ place + 2 }}) = substr({{ right_name }}, {{ place + 2 }})
                        and substr({{ left_name }}, {{ place }}, 1) = substr({{ right_name }}, {{ place + 1 }}, 1)
                        and substr({{ left_name }}, {{ place + 1 }}, 1) = substr({{ right_name }}, {{ place }}, 1)
                    )
                )
            )
            {%- endfor %}
        )
    )
{%- endmacro %}

{# Condition that one name is the beginning or the end of the other, which is at least three letters longer: one half of a
   double-barrelled name. #}
{% macro linkage_is_half(left_name, right_name) -%}
    (
        {%- for short, long in [(left_name, right_name), (right_name, left_name)] %}
        {{ 'or ' if not loop.first }}(
            length({{ short }}) >= 4
            and length({{ long }}) >= length({{ short }}) + 3
            and (
                substr({{ long }}, 1, length({{ short }})) = {{ short }}
                or substr({{ long }}, length({{ long }}) - length({{ short }}) + 1) = {{ short }}
            )
        )
        {%- endfor %}
    )
{%- endmacro %}
