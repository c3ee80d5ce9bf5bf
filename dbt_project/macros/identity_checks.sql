{# True when ten digits pass modulus 11: weighted 10 down to 1, check digit included, they sum to a multiple of
   eleven. A remainder that would need the check digit ten can never pass, as the rule wants. The caller has made
   sure of ten digits. #}
{% macro identity_nhs_check_digit_is_right(number) -%}
    mod(
        {%- for weight in range(10, 0, -1) %}
        {{ weight }} * cast(substr({{ number }}, {{ 11 - weight }}, 1) as integer){{ ' +' if not loop.last }}
        {%- endfor %},
        11
    ) = 0
{%- endmacro %}

{# True for the dummies that pass the check digit: ten equal digits and the two numbers typed from the keyboard's
   row. #}
{% macro identity_nhs_number_is_dummy(number) -%}
    {{ number }} in ('1234567890', '1234567881')
    or replace({{ number }}, substr({{ number }}, 1, 1), '') = ''
{%- endmacro %}

{# True when the first letter of a pupil number is the modulus 23 check letter of the other twelve characters.
   A temporary number ends in a letter, which counts by its place in the same table. #}
{% macro identity_upn_check_letter_is_right(upn) -%}
    substr(
        '{{ identity_upn_letters() }}',
        1 + mod(
            {%- for place in range(2, 13) %}
            {{ place }} * cast(substr({{ upn }}, {{ place }}, 1) as integer) +
            {%- endfor %}
            13 * case
                when substr({{ upn }}, 13, 1) between '0' and '9' then cast(substr({{ upn }}, 13, 1) as integer)
                else position(substr({{ upn }}, 13, 1) in '{{ identity_upn_letters() }}') - 1
            end,
            23
        ),
        1
    ) = substr({{ upn }}, 1, 1)
{%- endmacro %}

{% macro identity_upn_letters() -%}
    ABCDEFGHJKLMNPQRTUVWXYZ
{%- endmacro %}

{# Permanent (last character a digit) and temporary (a letter) numbers; I, O and S are never used. #}
{% macro identity_upn_pattern() -%}
    ^[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]$
{%- endmacro %}

{% macro identity_upn_is_temporary(upn) -%}
    substr({{ upn }}, 13, 1) not between '0' and '9'
{%- endmacro %}

{# The letters that are issued; D F I Q U V, O in second place and the prefixes of the first group never are. #}
{% macro identity_nino_pattern() -%}
    ^(?!BG|GB|KN|NK|NT|TN|ZZ|OO|CR|FY|MW|NC|PP|PY|PZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]?$
{%- endmacro %}

{# Null for the words of an estate or an unnamed child, and for a row of the letter X. #}
{% macro identity_real_name(name) -%}
    case
        when {{ name }} like 'EXORSOF%' or {{ name }} like 'EXECUTORSOF%' or {{ name }} like 'ESTATEOF%'
            or {{ name }} like 'BABYOF%' or replace({{ name }}, 'X', '') = '' then null
        else {{ name }}
    end
{%- endmacro %}

{# The national grammar of a postcode without its blank. Area ZZ, of the codes for no fixed abode and for abroad,
   does not fit it. #}
{% macro identity_postcode_pattern() -%}
    ^(GIR0AA|[A-PR-UWYZ]([0-9][0-9A-HJKPSTUW]?|[A-HK-Y][0-9][0-9ABEHMNPRVWXY]?)[0-9][ABD-HJLNP-UW-Z]{2})$
{%- endmacro %}

{# What a record's own rows say of one column: agree, conflict, or missing where none holds a value. #}
{% macro identity_agreement_of_rows(column) -%}
    case
        when min({{ column }}) is null then 'missing'
        when min({{ column }}) = max({{ column }}) then 'agree'
        else 'conflict'
    end
{%- endmacro %}

{# CTE `lawful`: per partner and identifier whether its privacy statement covers it; no answer is a no. Needs the CTE
   lawful_identifiers. #}
{% macro identity_lawful() -%}
lawful as (
    select
        partner,
        {% for identifier in ['nhs_number', 'upn', 'social_care_id', 'education_id', 'nino'] -%}
        max(case when identifier = '{{ identifier }}' and allowed then 1 else 0 end) = 1 as {{ identifier }},
        {% endfor -%}
        count(*) as answers
    from lawful_identifiers
    group by partner
)
{%- endmacro %}
