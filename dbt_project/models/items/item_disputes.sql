{% set told_by = {
    'dim_person': 'item_identity', 'fct_person_indicators': 'item_indicators',
    'bridge_person_address': 'item_host_addresses', 'bridge_person_caseworker': 'item_caseworkers'
} %}
with

disputed_values as (
    select * from {{ source('control', 'disputed_values') }}
),

person_key_records as (
    select * from {{ ref('person_key_records') }}
),

identities as (
    select * from {{ ref('item_identity') }}
),

salts as (
    select salt from {{ source('control', 'person_key_salt') }}
),

-- Whoever holds a record of the person who disputed it; of two people after a split, both.
disputed as (
    select distinct
        disputed_values.request_id,
        person_key_records.person_key,
        disputed_values.item,
        disputed_values.partner,
        disputed_values.mart_table,
        disputed_values.mart_columns,
        disputed_values.value_hash
    from disputed_values
    inner join person_key_records on disputed_values.record_hash = person_key_records.record_hash
    inner join identities on person_key_records.person_key = identities.person_key
),

-- What the sources say now, in the columns that showed the disputed value.
told as (
    {% for table, model in told_by.items() -%}
    select
        disputed.request_id,
        disputed.person_key,
        disputed.item,
        disputed.mart_columns,
        disputed.value_hash,
        to_jsonb(now_told) as contents
    from disputed
    inner join {{ ref(model) }} as now_told
        on
            disputed.person_key = now_told.person_key
            {%- if table == 'bridge_person_address' %}
            and disputed.partner = now_told.partner
            {%- endif %}
    where disputed.mart_table = '{{ table }}'
    {% if not loop.last %}union all
    {% endif -%}
    {% endfor -%}
),

-- As governance hashed the value when it was disputed.
compared as (
    select
        told.request_id,
        told.person_key,
        bool_or(
            {{ surrogate_key('v', 'salts.salt', ["'a disputed value'", 'told.item', 'shown.value_text']) }}
            = told.value_hash
        ) as is_standing
    from told
    cross join salts
    cross join
        lateral (
            select jsonb_agg(told.contents -> named.column_name order by named.column_name)::text as value_text
            from unnest(told.mart_columns) as named (column_name)
        ) as shown
    group by told.request_id, told.person_key
),

judged as (
    select distinct
        disputed.request_id,
        disputed.person_key,
        disputed.item,
        disputed.partner,
        coalesce(compared.is_standing, false) as is_standing
    from disputed
    left outer join compared
        on
            disputed.request_id = compared.request_id
            and disputed.person_key = compared.person_key
)

select * from judged
