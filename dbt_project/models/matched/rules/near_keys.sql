{% set models = [
    'changed_last_name', 'other_first_name', 'misspelt_last_name', 'swapped_names', 'other_birth_date',
    'number_and_name', 'preferred_or_former_name', 'whole_first_name', 'splink',
] %}
with

methods as (
    select * from {{ ref('stg_match_methods') }}
),

proposed as (
    {% for model in models -%}
    select * from {{ ref('near_' ~ model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

sheltered as (
    select distinct left_record_key as record_key
    from {{ ref('kept_apart') }}
    where right_record_key is null
),

-- two records that an approved method finds near hold one key together, named after them both
keyed as (
    select
        proposed.left_record_key,
        proposed.right_record_key,
        proposed.rule,
        methods.action,
        proposed.left_record_key || '#' || proposed.right_record_key as key
    from proposed
    inner join methods
        on proposed.rule = methods.method
    left join sheltered as left_sheltered
        on proposed.left_record_key = left_sheltered.record_key
    left join sheltered as right_sheltered
        on proposed.right_record_key = right_sheltered.record_key
    where left_sheltered.record_key is null and right_sheltered.record_key is null
)

select * from keyed
