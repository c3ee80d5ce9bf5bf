{# An identifier without the blanks, dashes, dots and slashes that people type, in capitals; full-width digits
   become digits. #}
{% macro normalise_identifier(identifier) -%}
    {{ return(adapter.dispatch('normalise_identifier')(identifier)) }}
{%- endmacro %}

{% macro postgres__normalise_identifier(identifier) -%}
    nullif(
        upper(translate(
            case
                when octet_length({{ identifier }}) = length({{ identifier }}) then {{ identifier }}
                else normalize({{ identifier }}, nfkc)
            end,
            ' -./', ''
        )),
        ''
    )
{%- endmacro %}

{# A system's own id: blanks around it and the case of its letters do not make another person. #}
{% macro normalise_system_id(identifier) -%}
    nullif(upper(trim({{ identifier }})), '')
{%- endmacro %}

{# M, F or null from the words and census codes that the systems use. #}
{% macro normalise_sex(sex) -%}
    case
        when upper({{ sex }}) in ('M', 'MALE', '1') then 'M'
        when upper({{ sex }}) in ('F', 'FEMALE', '2') then 'F'
    end
{%- endmacro %}

{% macro normalise_matches(text, pattern) -%}
    {{ return(adapter.dispatch('normalise_matches')(text, pattern)) }}
{%- endmacro %}

{% macro postgres__normalise_matches(text, pattern) -%}
    {{ text }} ~ '{{ pattern }}'
{%- endmacro %}
