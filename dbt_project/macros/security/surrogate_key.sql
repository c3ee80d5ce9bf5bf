{#
    A key that stays the same from run to run and gives no way back to the system's own id: the salt never leaves the
    database.
#}
{% macro surrogate_key(prefix, salt, parts) -%}
    '{{ prefix }}' || substr(
        encode(sha256(convert_to({{ salt }} || '|' || {{ parts | join(" || '|' || ") }}, 'UTF8')), 'hex'), 1, 20
    )
{%- endmacro %}
