{# The two kinds of system of a pair in alphabetical order, so that a pair and its mirror are one; one kind where a
   record contradicts itself. #}
{% macro linkage_source_pair() -%}
    case
        when right_source is null then left_source || ' alone'
        when left_source <= right_source then left_source || ' and ' || right_source
        else right_source || ' and ' || left_source
    end
{%- endmacro %}
