{#
    Rows of a staged extract whose file is not too old to tell of today. A file past its age says nothing: what it alone
    would show turns empty, and whatever a current file of another system shows stays.
#}
{% macro current_rows(staged) -%}
    select delivered.*
    from {{ ref(staged) }} as delivered
    inner join {{ ref('item_feeds') }} as feeds
        on
            delivered.partner = feeds.partner
            and feeds.extract = '{{ staged | replace("stg_", "", 1) }}'
            and feeds.is_current
{%- endmacro %}
