{# A legal name as the letters A to Z, or null: accents are folded, brackets and titles dropped, another script
   gives null. Half a foreign name would be a wrong key, so a name with any letter left that is not Latin makes no
   key at all. #}
{% macro normalise_name(name) -%}
    {{ return(adapter.dispatch('normalise_name')(name)) }}
{%- endmacro %}

{% macro postgres__normalise_name(name) -%}
    case
        when {{ name }} ~ '^[A-Za-z]+$' then upper({{ name }})
        when octet_length({{ name }}) = length({{ name }}) then {{ normalise_ascii_name(name) }}
        when {{ normalise_fold(name) }} ~ '[^\x01-\x7f]' then null
        else {{ normalise_ascii_name(normalise_fold(name)) }}
    end
{%- endmacro %}

{# The first word of a name of several words, titles before it dropped; null for a name of one word. Spreadsheets
   put other blanks than the space between words. #}
{% macro normalise_given_name(name) -%}
    {{ return(adapter.dispatch('normalise_given_name')(name)) }}
{%- endmacro %}

{% macro postgres__normalise_given_name(name) -%}
    case
        when {{ name }} ~ '^[A-Za-z]+$' then null
        when {{ normalise_without_titles(name) }} ~ '\S\s+\S'
            then {{ normalise_name("substring(" ~ normalise_without_titles(name) ~ " from '\\S+')") }}
    end
{%- endmacro %}

{% macro normalise_without_titles(name) -%}
    regexp_replace({{ name }}, '^\s*(?:{{ normalise_titles() }}[.\s]+)+(?=\S)', '', 'i')
{%- endmacro %}

{% macro normalise_titles() -%}
    (?:MR|MRS|MS|MISS|MX|DR|PROF|REV|SIR|MASTER)
{%- endmacro %}

{# Compatibility decomposition first, so that a barred letter with an accent on it is mapped too. #}
{% macro normalise_fold(name) -%}
    regexp_replace(
        {%- set pairs = [
            ('Æ', 'AE'), ('æ', 'ae'), ('Œ', 'OE'), ('œ', 'oe'), ('ß', 'ss'), ('ẞ', 'SS'), ('Þ', 'TH'), ('þ', 'th'),
        ] %}
        {% for _ in pairs %}replace({% endfor -%}
        translate(regexp_replace(normalize({{ name }}, nfkd), '\([^)]*\)?', ' ', 'g'), 'ŁłĐđØøıÐðĦħ', 'LlDdOoiDdHh')
        {%- for letter, spelt in pairs %}, '{{ letter }}', '{{ spelt }}'){% endfor %},
        '[\u0080-\u00bf\u02b0-\u036f\u2000-\u206f\ufeff]', '', 'g'
    )
{%- endmacro %}

{% macro normalise_ascii_name(name) -%}
    nullif(
        regexp_replace(
            regexp_replace(
                regexp_replace(upper({{ name }}), '\([^)]*\)?', ' ', 'g'),
                '^\s*(?:N\s*[/.]\s*A\.?\s*$|(?:{{ normalise_titles() }}[.\s]+)+(?=[A-Z]))', ''
            ),
            '[^A-Z]+', '', 'g'
        ),
        ''
    )
{%- endmacro %}
